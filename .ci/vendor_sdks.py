"""Checks what the bridge sends with the vendors' own SDKs, which sdks.txt pins, and with what VENDOR_SPECS holds of RCS.

Bird's SDK has a model for each request. Meta's SDK has the fields of a call of the Send API and no model of a message,
so that only those are checked of Messenger and Instagram. Google publishes no SDK of RCS for Business on PyPI or npm;
its protocol buffers are in github.com/google-business-communications/java-rcsbusinessmessaging, whose folder `proto` the
folder `rcs` of VENDOR_SPECS has to hold.
"""

import os
import pathlib
import re
import sys
import tempfile
import warnings

from sent import samples, sent, snapshot, told


def bird():
    from bird import _generated as models
    from pydantic import BaseModel, ConfigDict, ValidationError

    # As published, the models keep what they do not know.
    all_models = [it for it in vars(models).values() if isinstance(it, type) and issubclass(it, BaseModel)]
    for model in all_models:
        if model.model_config.get("extra") == "allow":
            model.model_config = ConfigDict(**{**model.model_config, "extra": "forbid"})
    # The SDK defines each model behind the models that it consists of.
    for model in all_models:
        model.model_rebuild(force=True)
    requests = {
        "/v1/sms/messages": models.SMSMessageSendRequest,
        "/v1/whatsapp/messages": models.WhatsAppMessageSendRequest,
        "/v1/amb/messages": models.AMBMessageSendRequest,
        "/v1/webhooks": models.WebhookEndpointCreate,
    }

    def problems(model, body):
        try:
            model.model_validate(body)
        except ValidationError as error:
            return [f"{'/'.join(map(str, it['loc']))}: {it['msg']}" for it in error.errors()]
        return []

    for bodies in snapshot("bird", "carousel.snap"):
        for body in bodies:
            yield "carousel.snap", "send_message", problems(requests["/v1/whatsapp/messages"], body)
    for where, call, body in sent("bird", "odd"):
        path = call.split()[2].split(".com", 1)[1]
        yield where, call, problems(requests[path], body)
    of_sample = {"sms": "/v1/sms/messages", "apple": "/v1/amb/messages", "webhook": "/v1/webhooks"}
    for where, name, body in samples("bird/fixtures/send"):
        # A call without a model of its own.
        if name != "whatsapp_read":
            path = of_sample.get(name.split("_")[0], "/v1/whatsapp/messages")
            yield where, name, problems(requests[path], body)


def send_api(channel, folder):
    """Checks the fields of the calls of Meta's Send API. The SDK writes actions in upper case, the documentation in lower
    case, and the SDK takes a tag for an object."""
    from facebook_business.adobjects.page import Page
    from facebook_business.api import FacebookAdsApi

    FacebookAdsApi.init(access_token="none", crash_log=False)
    checker = Page("1").create_message(params={}, pending=True)._param_checker

    def problems(body):
        for name, value in body.items():
            if not checker.is_valid_key(name):
                yield f"there is no {name}"
            elif name != "tag" and not checker.is_valid_pair(name, value.upper() if name == "sender_action" else value):
                yield f"{name} should be {checker.get_type(name)}"

    for where, call, body in sent(channel, "odd"):
        yield where, call, list(problems(body))
    for where, name, body in samples(folder):
        # The upload of a file is another call.
        if name != "attachment_upload":
            yield where, name, list(problems(body))


def messenger():
    yield from send_api("messenger", "messenger/fixtures/send")


def instagram():
    yield from send_api("instagram", "messenger/fixtures/instagram/send")


# Fields that are newer than the published protocol buffers (August 2021), by message.
NEWER = {"AgentMessage": {"messageTrafficType", "ttl", "expireTime"}}


def rcs():
    """Reads what the bridge sends as Google's own messages. Internal annotations and types, and a wrong name of a file,
    keep the published protocol buffers from being compiled as they are."""
    from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
    from grpc_tools import protoc
    import grpc_tools
    import google.api

    source = pathlib.Path(os.environ.get("VENDOR_SPECS", "")) / "rcs/proto"
    if not source.is_dir():
        print("rcs: skipped, because VENDOR_SPECS holds no rcs/proto")
        return None
    with tempfile.TemporaryDirectory() as folder:
        for file in source.rglob("*.proto"):
            text = file.read_text()
            text = re.sub(r'^import "(storage/|google/api/[av]|google/protobuf/empty).*\n', "", text, flags=re.M).replace("richcard.proto", "richcards.proto")
            text = re.sub(r"\s*\[\s*\(datapol\.[^\]]*\]", "", text)
            text = re.sub(r"^service .*?^}$", "", text, flags=re.M | re.S)
            text = re.sub(r"^\s*(gdata|apiserving)\.[^;]*;", "", text, flags=re.M)
            target = pathlib.Path(folder) / file.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        includes = [folder, pathlib.Path(grpc_tools.__file__).parent / "_proto", next(iter(google.api.__path__)) + "/../.."]
        output = pathlib.Path(folder) / "all"
        arguments = ["protoc", *(f"-I{include}" for include in includes), "--include_imports", f"--descriptor_set_out={output}"]
        files = [str(file) for file in pathlib.Path(folder).rglob("*.proto")]
        if protoc.main(arguments + files) != 0:
            sys.exit("rcs: the protocol buffers cannot be compiled")
        pool = descriptor_pool.DescriptorPool()
        for file in descriptor_pb2.FileDescriptorSet.FromString(output.read_bytes()).file:
            pool.Add(file)

    def problems(name, body):
        kind = pool.FindMessageTypeByName(f"google.communications.rcsbusinessmessaging.v1.{name}")
        known = {field: value for field, value in body.items() if field not in NEWER.get(name, ())}
        try:
            json_format.ParseDict(known, message_factory.GetMessageClass(kind)(), descriptor_pool=pool)
        except json_format.ParseError as error:
            return [str(error)]
        return []

    results = [(where, call, problems("AgentMessage", body)) for where, call, body in sent("rcs", "odd")]
    for where, name, body in samples("rcs/fixtures/send"):
        results.append((where, name, problems("AgentEvent" if name.startswith("event_") else "AgentMessage", body)))
    return results


def main():
    warnings.simplefilter("ignore")
    failed = False
    for check in (bird, messenger, instagram, rcs):
        try:
            results = check()
            failed = results is not None and not told(check.__name__, results) or failed
        except ModuleNotFoundError as error:
            # Where everything was installed, a missing module is a fault of sdks.txt.
            if (pathlib.Path(sys.prefix) / "installed.txt").exists():
                raise
            print(f"{check.__name__}: SKIPPED, because the SDK is not installed: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
