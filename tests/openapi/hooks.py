"""What schemathesis needs to get past the door: the admin key, and a signature on what an app or a system would send."""

import base64
import hashlib
import hmac
import os
import time
import uuid

import schemathesis
from requests.auth import AuthBase


SECRETS = {"/channels/": "BYOC_SECRET", "/helpdesks/": "BYOC_HELPDESK_SECRET"}


class Door(AuthBase):
    def __call__(self, request):
        secret = next((name for path, name in SECRETS.items() if path in request.url), None)
        if secret:
            body = request.body or b""
            body = body.encode() if isinstance(body, str) else body
            name, now = f"msg_{uuid.uuid4()}", str(int(time.time()))
            key = base64.b64decode(os.environ[secret].removeprefix("whsec_"))
            tag = hmac.new(key, f"{name}.{now}.".encode() + body, hashlib.sha256).digest()
            request.headers["webhook-id"] = name
            request.headers["webhook-timestamp"] = now
            request.headers["webhook-signature"] = f"v1,{base64.b64encode(tag).decode()}"
        else:
            request.headers["Authorization"] = f"Bearer {os.environ['BYOC_ADMIN_KEY']}"
        return request


schemathesis.auth.set_from_requests(Door())
