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

from sent import samples, sent, told

SPECS = pathlib.Path(os.environ["VENDOR_SPECS"])
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


# Fields and kinds that Meta documents and that are newer than its description.
NEWER = {"recipient", "biz_opaque_callback_data"}
NEWER_INTERACTIVE = {"cta_url", "location_request_message", "carousel"}


def loosened(schema):
    """Returns a schema of Meta's without the places where all of Meta's own examples contradict it: parts of `allOf`
    that exclude each other's fields, and coordinates and templates of another form than in the examples."""
    if isinstance(schema, list):
        return [loosened(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: loosened(value) for name, value in schema.items() if name not in ("example", "examples")}
    if "allOf" in kept:
        kept["allOf"] = [
            {name: value for name, value in part.items() if name != "additionalProperties"} for part in kept["allOf"]
        ]
    properties = kept.get("properties", {})
    if {"latitude", "longitude"} <= set(properties):
        properties["latitude"] = properties["longitude"] = {"type": ["string", "number"]}
    if kept.get("required") == ["policy", "code"]:
        kept["required"] = ["code"]
    if {"sub_type", "index"} <= set(properties):
        properties["index"] = {"type": ["string", "integer"]}
        properties["sub_type"] = {"type": "string"}
        properties["type"] = {"enum": ["header", "body", "button", "carousel"]}
    return kept


def whatsapp():
    document = json.loads((SPECS / "whatsapp/cloud_api.openapi.json").read_text())
    schemas = loosened(document["components"]["schemas"])
    document = {"components": {"schemas": schemas}}
    base = schemas["BaseMessageProperties"]["properties"]

    def problems(body):
        if "status" in body:
            # Read marks are not described.
            return []
        kind = schemas["Message"]["discriminator"]["mapping"].get(body.get("type"))
        if kind is None:
            return [f"there is no type {body.get('type')}"]
        known = {**body, "to": body.get("to", body.get("recipient"))}
        own = set(base) | {body["type"]} | NEWER
        found = [f"there is no {name}" for name in body if name not in own]
        interactive = body.get("interactive", {})
        if interactive.get("type") in NEWER_INTERACTIVE:
            known["interactive"] = {**interactive, "type": "button", "action": {"buttons": [
                {"type": "reply", "reply": {"id": "1", "title": "x"}}
            ]}}
        return found + against(document, kind, known)

    for where, call, body in sent("whatsapp", "odd"):
        yield where, call, problems(body)
    for where, name, body in samples("whatsapp/fixtures/send"):
        if name != "subscribed_apps_override":
            yield where, name, problems(body)


def main():
    passed = [told(check.__name__, check()) for check in (line, telegram, twilio, messagebird, whatsapp)]
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
