"""Alerts about the worker pools and their records."""

from tools.alerts.rule import Alert, Case

_BACKLOG = "sum by (namespace, pool) (mercarich_pool_backlog)"
_GROWS = "deriv(sum by (namespace, pool) (mercarich_pool_backlog)[30m:1m]) > 0"
_PAUSED = 'on (namespace, group) label_replace(mercarich_pool_mode{mode="paused"} == 1, "group", "$1", "pool", "(.*)")'
"""A pool and its group have the same name."""
_LAG = "max by (namespace, group, topic) (mercarich_kafka_consumer_group_lag)"
_MEMBERS = "max by (namespace, group, topic) (mercarich_kafka_consumer_group_members)"
_OLDEST = "max by (namespace, group, topic) (mercarich_kafka_consumer_group_oldest_age_seconds)"
_POOL = {"pool": "checker-yahoo"}
_GROUP = {"group": "checker-yahoo", "topic": "check.yahoo"}
_IN = 'group="checker-yahoo", topic="check.yahoo"'


def _backlog(values: str) -> dict[str, str]:
    return {'mercarich_pool_backlog{pool="checker-yahoo", source="kafka"}': values}


def _replicas(most: int, desired: int) -> dict[str, str]:
    name = 'mercarich_pool_replicas{pool="checker-yahoo", kind="%s"}'
    return {name % "max": f"{most}x120", name % "desired": f"{desired}x120"}


def _ready(current: int, desired: int, ready: int) -> dict[str, str]:
    name = 'mercarich_pool_replicas{pool="checker-yahoo", kind="%s"}'
    return {
        name % "current": f"{desired}x10 {current}x30",
        name % "desired": f"{desired}x40",
        name % "ready": f"{ready}x40",
        name % "max": "9x40",
    }


def _mode(paused: int) -> dict[str, str]:
    return {'mercarich_pool_mode{pool="checker-yahoo", mode="paused"}': f"{paused}x120"}


WORKERS = (
    Alert(
        name="MercarichBacklogGrowing",
        expr=f"{_BACKLOG} > 100 and {_GROWS}",
        wait="1h",
        severity="warning",
        summary="The backlog of {{ $labels.pool }} has been growing for an hour",
        text="More comes in than is done.",
        fires=Case("2h", _backlog("0+10x120"), _POOL),
        quiet=Case("2h", _backlog("0x10 2000-15x110")),
    ),
    Alert(
        name="MercarichPoolAtMax",
        expr='max by (namespace, pool) (mercarich_pool_replicas{kind="desired"})'
        ' >= max by (namespace, pool) (mercarich_pool_replicas{kind="max"})'
        f" and {_BACKLOG} > 100 and {_GROWS}",
        wait="30m",
        severity="warning",
        summary="{{ $labels.pool }} has all the replicas it may have, and its backlog grows",
        text="Raise its setting, or find out why work is slow.",
        fires=Case("2h", _backlog("0+10x120") | _replicas(6, 6), _POOL),
        quiet=Case("2h", _backlog("0+10x120") | _replicas(6, 4)),
    ),
    Alert(
        name="MercarichMessageAgeHigh",
        expr=f"{_OLDEST} > 1800 unless {_PAUSED}",
        wait="10m",
        severity="warning",
        summary="A record of {{ $labels.topic }} has been waiting for more than half an hour",
        text="The group {{ $labels.group }} does not keep up, or one record is tried again and again.",
        fires=Case("1h", {f"mercarich_kafka_consumer_group_oldest_age_seconds{{{_IN}}}": "0+60x60"} | _mode(0), _GROUP),
        quiet=Case("1h", {f"mercarich_kafka_consumer_group_oldest_age_seconds{{{_IN}}}": "0+60x60"} | _mode(1)),
    ),
    Alert(
        name="MercarichConsumerStalled",
        expr=f"{_LAG} > 0 and {_MEMBERS} > 0"
        " and on (namespace, topic) sum by (namespace, topic) (increase(mercarich_worker_handled_total[30m])) == 0",
        wait="5m",
        severity="critical",
        summary="Workers of {{ $labels.group }} are there and have handled nothing for half an hour",
        text="Records wait in {{ $labels.topic }}.",
        fires=Case(
            "1h",
            {
                f"mercarich_kafka_consumer_group_lag{{{_IN}}}": "9x60",
                f"mercarich_kafka_consumer_group_members{{{_IN}}}": "2x60",
                'mercarich_worker_handled_total{topic="check.yahoo", outcome="handled"}': "0+1x15 15x45",
            },
            _GROUP,
        ),
        quiet=Case(
            "1h",
            {
                f"mercarich_kafka_consumer_group_lag{{{_IN}}}": "9x60",
                f"mercarich_kafka_consumer_group_members{{{_IN}}}": "2x60",
                'mercarich_worker_handled_total{topic="check.yahoo", outcome="handled"}': "0+1x60",
            },
        ),
    ),
    Alert(
        name="MercarichNoConsumers",
        expr=f"{_LAG} > 0 and {_MEMBERS} == 0 unless {_PAUSED}",
        wait="10m",
        severity="critical",
        summary="Records wait in {{ $labels.topic }} and the group {{ $labels.group }} has no worker",
        text="The pool is not paused, and nobody reads.",
        fires=Case(
            "30m",
            {
                f"mercarich_kafka_consumer_group_lag{{{_IN}}}": "9x30",
                f"mercarich_kafka_consumer_group_members{{{_IN}}}": "0x30",
            }
            | _mode(0),
            _GROUP,
        ),
        quiet=Case(
            "30m",
            {
                f"mercarich_kafka_consumer_group_lag{{{_IN}}}": "9x30",
                f"mercarich_kafka_consumer_group_members{{{_IN}}}": "0x30",
            }
            | _mode(1),
        ),
    ),
    Alert(
        name="MercarichDeadLetters",
        expr="sum by (namespace, topic) (increase(mercarich_worker_dead_letters_total[15m])) > 0",
        wait="0m",
        severity="warning",
        summary="Records of {{ $labels.topic }} could not be read and were set aside",
        text="A worker does not know this form of message.",
        fires=Case(
            "15m", {'mercarich_worker_dead_letters_total{topic="check.yahoo"}': "0x10 1x5"}, {"topic": "check.yahoo"}
        ),
        quiet=Case("40m", {'mercarich_worker_dead_letters_total{topic="check.yahoo"}': "0x10 1x30"}),
    ),
    Alert(
        name="MercarichPartitionsStopped",
        expr="max by (namespace, topic) (mercarich_worker_partitions_stopped"
        " * on (namespace, instance) group_left (topic) group by (namespace, instance, topic)"
        " (mercarich_worker_handled_total)) > 0",
        wait="1m",
        severity="critical",
        summary="A worker of {{ $labels.topic }} has rejected too many records and reads no more of them",
        text="A bad deploy rather than bad records. Its partitions stand still.",
        fires=Case(
            "15m",
            {
                'mercarich_worker_partitions_stopped{instance="a"}': "0x10 1x5",
                'mercarich_worker_handled_total{instance="a", topic="check.yahoo", outcome="handled"}': "0x15",
            },
            {"topic": "check.yahoo"},
        ),
        quiet=Case(
            "15m",
            {
                'mercarich_worker_partitions_stopped{instance="a"}': "0x15",
                'mercarich_worker_handled_total{instance="a", topic="check.yahoo", outcome="handled"}': "0x15",
            },
        ),
    ),
    Alert(
        name="MercarichWorkersNotReady",
        expr='max by (namespace, pool) (mercarich_pool_replicas{kind=~"current|desired"})'
        ' > max by (namespace, pool) (mercarich_pool_replicas{kind="ready"})',
        wait="20m",
        severity="warning",
        summary="Workers of {{ $labels.pool }} are not ready",
        text="A rollout stands still at its first pod, or a pod cannot start. Those that are ready go on.",
        fires=Case("40m", _ready(3, 2, 2), _POOL),
        quiet=Case("40m", _ready(2, 2, 2)),
    ),
    Alert(
        name="MercarichRebalanceStorm",
        expr="max by (namespace, topic) (increase(mercarich_worker_rebalances_total[15m])"
        " * on (namespace, instance) group_left (topic) group by (namespace, instance, topic)"
        " (mercarich_worker_handled_total)) > 6",
        wait="0m",
        severity="warning",
        summary="Workers of {{ $labels.topic }} are given their partitions anew again and again",
        text="Members come and go; little work is done meanwhile.",
        fires=Case(
            "20m",
            {
                'mercarich_worker_rebalances_total{instance="a"}': "0+1x20",
                'mercarich_worker_handled_total{instance="a", topic="check.yahoo", outcome="handled"}': "0x20",
            },
            {"topic": "check.yahoo"},
        ),
        quiet=Case(
            "20m",
            {
                'mercarich_worker_rebalances_total{instance="a"}': "0x5 1x5 2x10",
                'mercarich_worker_handled_total{instance="a", topic="check.yahoo", outcome="handled"}': "0x20",
            },
        ),
        quiet_too=[
            Case(
                "20m",
                {
                    'mercarich_worker_rebalances_total{instance="a"}': "0x20",
                    'mercarich_worker_handled_total{instance="a", topic="check.yahoo", outcome="handled"}': "0x20",
                    'mercarich_worker_handled_total{namespace="b", instance="a", topic="check.yahoo"}': "0x20",
                },
            )
        ],
    ),
    Alert(
        name="MercarichBrokerAway",
        expr="max by (namespace) (mercarich_worker_broker_away) == 1",
        wait="5m",
        severity="critical",
        summary="Workers find no broker, or not their topics",
        text="No work reaches them. Nothing is lost: it is published again.",
        fires=Case("10m", {'mercarich_worker_broker_away{instance="a"}': "1x10"}),
        quiet=Case("10m", {'mercarich_worker_broker_away{instance="a"}': "0x4 1x3 0x3"}),
    ),
)
