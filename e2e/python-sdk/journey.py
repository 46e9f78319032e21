"""What every journey through the platform shares: clients of the official SDK for Python, and steps that are told one by one."""

import json
import os
import sys
import uuid

from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException

PLATFORM = json.loads(os.environ["WINDLASS_E2E_CREDENTIALS"])
TENANT = PLATFORM["demo"]
PROJECT = BasicCredentials(TENANT["access_key"], TENANT["secret_key"], TENANT["project_id"])
DOMAIN = GlobalCredentials(TENANT["access_key"], TENANT["secret_key"], TENANT["domain_id"])


def client(kind, credentials=PROJECT):
    """A client of the SDK as its users make it, pointed at the platform under test."""
    return kind.new_builder().with_credentials(credentials).with_endpoints([PLATFORM["api"]]).build()


def unique(prefix):
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def check(holds, what):
    if not holds:
        raise AssertionError(what)


def refused(status, call, code=None):
    """The call has to be refused with this status, and with this code of the service if one is given."""
    try:
        answer = call()
    except ServiceResponseException as error:
        check(error.status_code == status, f"refused with {error.status_code} {error.error_code} instead of {status}: {error.error_msg}")
        check(code is None or error.error_code == code, f"refused with {error.error_code} instead of {code}")
        check(error.request_id, "the refusal has no request id")
        return error
    raise AssertionError(f"not refused: {answer}")


def run(*steps):
    """Runs the steps in order, each with the dictionary they share, and tells each as a line of JSON. The first failure ends the journey."""
    seen = {}
    for step in steps:
        name = step.__name__.replace("_", " ")
        try:
            step(seen)
        except ServiceResponseException as error:
            tell(name, f"{error.status_code} {error.error_code} {error.error_msg}")
        except Exception as error:  # Whatever it is, the test names the step it happened in.
            tell(name, f"{type(error).__name__}: {error}")
        tell(name)


def tell(step, failure=None):
    print(json.dumps({"step": step, "failure": failure}), flush=True)
    if failure is not None:
        sys.exit(1)
