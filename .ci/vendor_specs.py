"""Checks what the bridge sends against the vendors' own API descriptions.

The requests come from the snapshots below shared/src/channel, which the tests compare with what the adapters make. The
descriptions belong to the vendors and are not part of this repository: VENDOR_SPECS names a folder with them.
"""

import json
import os
import pathlib
import sys
import urllib.parse

import yaml
from jsonschema import Draft202012Validator

SPECS = pathlib.Path(os.environ["VENDOR_SPECS"])
CHANNELS = pathlib.Path(__file__).parent.parent / "shared/src/channel"


def sent(channel):
    """Yields every request in the snapshots of a channel: the file, the call and the body."""
    for file in sorted((CHANNELS / channel / "snapshots").glob("*.snap")):
        value = json.loads(file.read_text().split("---\n", 2)[2])
        for item in value if isinstance(value, list) else []:
            if isinstance(item, dict) and "call" in item:
                yield file.name, item["call"], item["body"]


def against(document, reference, body):
    """Returns the faults that a JSON schema within an OpenAPI document finds in a body."""
    schema = {"$ref": reference, "components": document.get("components", {}), "paths": document.get("paths", {})}
    return [f"{'/'.join(map(str, error.path))}: {error.message[:200]}" for error in Draft202012Validator(schema).iter_errors(body)]


def line():
    document = yaml.safe_load((SPECS / "line/messaging-api.yml").read_text())
    kinds = document["components"]["schemas"]["Message"]["discriminator"]["mapping"]
    for where, call, body in sent("line"):
        problems = against(document, "#/components/schemas/PushMessageRequest", body)
        # JSON Schema has no discriminators.
        for message in body["messages"]:
            problems += against(document, kinds[message["type"]], message)
        yield where, call, problems


def telegram():
    methods = json.loads((SPECS / "telegram/api.json").read_text())["methods"]
    python = {"String": str, "Integer": int, "Float": (int, float), "Boolean": bool}
    for where, call, body in sent("telegram"):
        method = methods.get(call.split()[0])
        problems = [] if method else ["no such method"]
        fields = {field["name"]: field for field in (method or {}).get("fields", [])}
        is_form = isinstance(body, dict) and set(body) == {"fields", "files"}
        given = {**dict(body["fields"]), **{name: None for name, _ in body["files"]}} if is_form else body
        problems += [f"{name} is missing" for name, field in fields.items() if field["required"] and name not in given]
        for name, value in given.items():
            types = fields.get(name, {}).get("types", [])
            if name not in fields:
                problems.append(f"there is no {name}")
            elif not is_form and all(kind in python for kind in types):
                if not any(isinstance(value, python[kind]) for kind in types):
                    problems.append(f"{name} should be {types}")
        yield where, call, problems


def twilio():
    document = json.loads((SPECS / "twilio/messages.openapi.json").read_text())
    post = document["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]["post"]
    schema = post["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    for where, call, body in sent("twilio"):
        fields = urllib.parse.parse_qsl(body, keep_blank_values=True, strict_parsing=True)
        names = [name for name, _ in fields]
        problems = [f"there is no {name}" for name in names if name not in schema["properties"]]
        problems += [f"{name} is missing" for name in schema.get("required", []) if name not in names]
        yield where, call, problems


def messagebird():
    document = json.loads((SPECS / "messagebird/sms.openapi.json").read_text())
    content = document["paths"]["/messages"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    reference = content.get("$ref", "#/paths/~1messages/post/requestBody/content/application~1json/schema")
    for where, call, body in sent("messagebird"):
        if call.startswith("send_sms"):
            yield where, call, against(document, reference, body)


def main():
    failed = False
    for check in (line, telegram, twilio, messagebird):
        results = list(check())
        bad = [(where, call, problems) for where, call, problems in results if problems]
        print(f"{check.__name__}: {len(results)} requests, {len(bad)} of another form than described")
        for where, call, problems in bad:
            print(f"  {where} {call[:90]}: {'; '.join(problems)}")
        failed = failed or bool(bad) or not results
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
