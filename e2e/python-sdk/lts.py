"""Log groups and streams, and what can be asked of them."""

import time

from huaweicloudsdklts.v2 import *

from journey import check, client, refused, run, unique

logs = client(LtsClient)
NOW = int(time.time() * 1000)
HOUR = 3_600_000


def create_a_group_and_a_stream(seen):
    name = unique("python")
    seen["group"] = logs.create_log_group(CreateLogGroupRequest(body=CreateLogGroupParams(log_group_name=name, ttl_in_days=7))).log_group_id
    seen["stream"] = logs.create_log_stream(CreateLogStreamRequest(log_group_id=seen["group"], body=CreateLogStreamParams(log_stream_name="lines"))).log_stream_id
    check(seen["group"] in [each.log_group_id for each in logs.list_log_groups(ListLogGroupsRequest()).log_groups], "not in the list of groups")
    streams = logs.list_log_stream(ListLogStreamRequest(log_group_id=seen["group"])).log_streams
    check([each.log_stream_id for each in streams] == [seen["stream"]], streams)
    check(seen["stream"] in [each.log_stream_id for each in logs.list_log_streams(ListLogStreamsRequest()).log_streams], "not in the project's list")


def keep_its_lines_longer(seen):
    logs.update_log_group(UpdateLogGroupRequest(log_group_id=seen["group"], body=UpdateLogGroupParams(ttl_in_days=10)))
    shown = [each.ttl_in_days for each in logs.list_log_groups(ListLogGroupsRequest()).log_groups if each.log_group_id == seen["group"]]
    check(shown == [10], shown)


def search_it(seen):
    body = QueryLtsLogParams(start_time=str(NOW - HOUR), end_time=str(NOW), is_count=True, limit=10)
    answer = logs.list_logs(ListLogsRequest(log_group_id=seen["group"], log_stream_id=seen["stream"], body=body))
    check((answer.count, answer.logs, answer.is_query_complete) == (0, [], True), answer)


def count_over_time(seen):
    body = QueryLogKeyWordCountRequestBody(start_time=NOW - HOUR, end_time=NOW, step_interval=60_000, group_id=seen["group"], stream_id=seen["stream"])
    logs.list_log_histogram(ListLogHistogramRequest(body=body))


def delete_them(seen):
    logs.delete_log_stream(DeleteLogStreamRequest(log_group_id=seen["group"], log_stream_id=seen["stream"]))
    logs.delete_log_group(DeleteLogGroupRequest(log_group_id=seen["group"]))
    refused(404, lambda: logs.list_log_stream(ListLogStreamRequest(log_group_id=seen["group"])))


run(create_a_group_and_a_stream, keep_its_lines_longer, search_it, count_over_time, delete_them)
