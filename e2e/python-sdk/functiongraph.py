"""A function from its first package to its deletion."""

import base64
import io
import json
import urllib.request
import zipfile

from huaweicloudsdkfunctiongraph.v2 import *

from journey import check, client, refused, run, unique

functions = client(FunctionGraphClient)
NAME = unique("python-sdk")
BOOTSTRAP = """#!/usr/bin/python3
import http.server, os

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = os.environ.get("GREETING", "").encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

http.server.ThreadingHTTPServer(("127.0.0.1", 8000), Answer).serve_forever()
"""


def package(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, content)
    return FuncCode(file=base64.b64encode(packed.getvalue()).decode())


def create_a_function(seen):
    body = CreateFunctionRequestBody(
        func_name=NAME, package="default", runtime="http", handler="bootstrap", timeout=30, memory_size=256, code_type="zip",
        code_filename="code.zip", func_code=package(bootstrap=BOOTSTRAP), description="é 文 🚀", user_data=json.dumps({"GREETING": "one"}),
    )
    made = functions.create_function(CreateFunctionRequest(body=body))
    check(made.func_name == NAME and made.description == "é 文 🚀", made)
    seen["urn"] = made.func_urn


def refuse_a_second_of_its_name(seen):
    body = CreateFunctionRequestBody(func_name=NAME, package="default", runtime="http", handler="bootstrap", timeout=30, memory_size=256, code_type="zip", func_code=package(bootstrap=BOOTSTRAP))
    refused(409, lambda: functions.create_function(CreateFunctionRequest(body=body)))


def find_it_in_the_list(seen):
    listed = functions.list_functions(ListFunctionsRequest(func_name=NAME)).functions
    check([each.func_urn for each in listed] == [seen["urn"]], listed)


def change_its_configuration(seen):
    body = UpdateFunctionConfigRequestBody(func_name=NAME, runtime="http", timeout=20, handler="bootstrap", memory_size=512, user_data=json.dumps({"GREETING": "two"}))
    functions.update_function_config(UpdateFunctionConfigRequest(function_urn=seen["urn"], body=body))
    shown = functions.show_function_config(ShowFunctionConfigRequest(function_urn=seen["urn"]))
    check((shown.timeout, shown.memory_size) == (20, 512), shown)


def change_its_code(seen):
    body = UpdateFunctionCodeRequestBody(code_type="zip", code_filename="code.zip", func_code=package(bootstrap=BOOTSTRAP, more="1"))
    changed = functions.update_function_code(UpdateFunctionCodeRequest(function_urn=seen["urn"], body=body))
    shown = functions.show_function_code(ShowFunctionCodeRequest(function_urn=seen["urn"]))
    check(shown.digest == changed.digest, shown)
    with urllib.request.urlopen(shown.func_code.link) as answer:
        check(zipfile.ZipFile(io.BytesIO(answer.read())).namelist() == ["bootstrap", "more"], "the link leads to another package")


def bound_its_instances(seen):
    functions.update_function_max_instance_config(UpdateFunctionMaxInstanceConfigRequest(function_urn=seen["urn"], body=UpdateFunctionMaxInstanceConfigRequestBody(max_instance_num=5)))


def publish_a_version(seen):
    body = CreateFunctionVersionRequestBody(version="v1", description="the first")
    check(functions.create_function_version(CreateFunctionVersionRequest(function_urn=seen["urn"], body=body)).version == "v1", "another version")
    versions = functions.list_function_versions(ListFunctionVersionsRequest(function_urn=seen["urn"])).versions
    check(sorted(each.version for each in versions) == ["latest", "v1"], versions)


def point_an_alias_at_it(seen):
    urn = seen["urn"]
    functions.create_version_alias(CreateVersionAliasRequest(function_urn=urn, body=CreateVersionAliasRequestBody(name="prod", version="v1")))
    body = UpdateVersionAliasRequestBody(version="latest", additional_version_weights={"v1": 20})
    moved = functions.update_version_alias(UpdateVersionAliasRequest(function_urn=urn, alias_name="prod", body=body))
    check(moved.additional_version_weights == {"v1": 20}, moved)
    check([each.name for each in functions.list_version_aliases(ListVersionAliasesRequest(function_urn=urn)).body] == ["prod"], "another alias")


def give_it_a_url(seen):
    event = TriggerEventDataRequestBody(
        name=NAME.replace("-", "_"), env_id="DEFAULT_ENVIRONMENT_RELEASE_ID", env_name="RELEASE", auth="NONE", protocol="HTTP", path="/hello",
        match_mode="SWA", req_method="ANY", backend_type="FUNCTION", type=1,
    )
    body = CreateFunctionTriggerRequestBody(trigger_type_code="DEDICATEDGATEWAY", trigger_status="ACTIVE", event_data=event)
    seen["trigger"] = functions.create_function_trigger(CreateFunctionTriggerRequest(function_urn=seen["urn"], body=body))
    listed = functions.list_function_triggers(ListFunctionTriggersRequest(function_urn=seen["urn"])).body
    check([each.trigger_id for each in listed] == [seen["trigger"].trigger_id], listed)


def call_it(seen):
    with urllib.request.urlopen(seen["trigger"].event_data.invoke_url) as answer:
        check(answer.read() == b"two", "the URL answered something else")


def invoke_it(seen):
    request = InvokeFunctionRequest(function_urn=seen["urn"], x_cff_log_type="tail", x_cff_request_version="v1", body={"httpMethod": "GET", "path": "/"})
    result = json.loads(functions.invoke_function(request).result)
    check((result["statusCode"], base64.b64decode(result["body"])) == (200, b"two"), result)


def disable_and_remove_the_url(seen):
    which = {"function_urn": seen["urn"], "trigger_type_code": "DEDICATEDGATEWAY", "trigger_id": seen["trigger"].trigger_id}
    functions.update_trigger(UpdateTriggerRequest(**which, body=UpdateTriggerRequestBody(trigger_status="DISABLED")))
    check(functions.show_function_trigger(ShowFunctionTriggerRequest(**which)).trigger_status == "DISABLED", "still active")
    functions.delete_function_trigger(DeleteFunctionTriggerRequest(**which))
    refused(404, lambda: functions.show_function_trigger(ShowFunctionTriggerRequest(**which)))


def keep_a_test_event(seen):
    body = CreateEventRequestBody(name="hello", content=base64.b64encode(b'{"path": "/"}').decode())
    functions.create_event(CreateEventRequest(function_urn=seen["urn"], body=body))
    check([each.name for each in functions.list_events(ListEventsRequest(function_urn=seen["urn"])).events] == ["hello"], "another event")


def see_its_log_stream_and_the_quotas(seen):
    check(functions.show_lts_log_details(ShowLtsLogDetailsRequest(function_urn=seen["urn"])).stream_id, "no log stream")
    kinds = {each.type for each in functions.list_quotas(ListQuotasRequest()).quotas.resources}
    check({"fgs_func_num", "fgs_func_code_size"} <= kinds, kinds)


def see_its_statistics(seen):
    functions.list_statistics(ListStatisticsRequest(filter="monitor_data", period="5"))
    functions.list_function_statistics(ListFunctionStatisticsRequest(func_urn=seen["urn"], period="5"))


def delete_it_all(seen):
    urn = seen["urn"]
    functions.delete_version_alias(DeleteVersionAliasRequest(function_urn=urn, alias_name="prod"))
    functions.delete_function(DeleteFunctionRequest(function_urn=urn.replace(":latest", ":v1")))
    functions.delete_function(DeleteFunctionRequest(function_urn=urn))
    refused(404, lambda: functions.show_function_config(ShowFunctionConfigRequest(function_urn=urn)), "FSS.1051")


run(
    create_a_function, refuse_a_second_of_its_name, find_it_in_the_list, change_its_configuration, change_its_code, bound_its_instances,
    publish_a_version, point_an_alias_at_it, give_it_a_url, call_it, invoke_it, disable_and_remove_the_url, keep_a_test_event,
    see_its_log_stream_and_the_quotas, see_its_statistics, delete_it_all,
)
