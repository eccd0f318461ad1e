"""Dashboard of database, operator and processes."""

from tools.dashboards.grafana import Dashboard, Panel, Query

OPERATIONS = Dashboard(
    "operations",
    "Database, operator, processes",
    (
        Panel(
            "Database connections in use",
            "short",
            (
                Query("sum by (instance) (mercarich_db_connections_in_use{NS})", "{{instance}}"),
                Query("sum(mercarich_db_connections_max{NS})", "all pools at most"),
            ),
            text="Of each process's pool, and what all pools may take together.",
        ),
        Panel(
            "Database troubles",
            "ops",
            (Query("sum by (kind) (rate(mercarich_db_troubles_total{NS}[5m]))", "{{kind}}"),),
            text="conflict: a transaction was started again; away: no answer.",
        ),
        Panel(
            "Sources that the operator can read",
            "short",
            (Query("max by (source) (mercarich_operator_source_up{NS})", "{{source}}"),),
            text="0: database, Kafka or cluster does not answer, and what was read last stands.",
        ),
        Panel(
            "Operator's rounds",
            "ops",
            (Query("sum by (result) (rate(mercarich_operator_reconcile_total{NS}[5m]))", "{{result}}"),),
            text="By how they ended. Rounds are every few seconds.",
        ),
        Panel(
            "Time of a round",
            "s",
            (
                Query(
                    "histogram_quantile(0.95,"
                    " sum by (le) (rate(mercarich_operator_reconcile_duration_seconds_bucket{NS}[5m])))",
                    "p95",
                ),
            ),
            text="A round reads settings, backlog and pools, and writes what differs.",
        ),
        Panel(
            "Age of settings and of the last round",
            "s",
            (
                Query("min(mercarich_operator_settings_age_seconds{NS})", "settings"),
                Query("time() - max(mercarich_operator_last_loop_timestamp_seconds{NS})", "round"),
            ),
            text="Both grow only while the operator is down, or cannot read the database.",
        ),
        Panel(
            "Autoscalers and replicas written",
            "short",
            (
                Query("sum by (pool) (increase(mercarich_operator_hpa_writes_total{NS}[1h]))", "{{pool}} autoscaler"),
                Query("sum by (pool) (increase(mercarich_operator_scale_writes_total{NS}[1h]))", "{{pool}} replicas"),
            ),
            text="Replicas are written only to pause and to resume: absent before that.",
        ),
        Panel(
            "Changes of settings",
            "short",
            (Query("max(mercarich_operator_settings_revision{NS})", "revision"),),
            "stat",
            text="Number of the newest change that anybody made.",
        ),
        Panel(
            "Schedule: overdue, failed",
            "short",
            (
                Query("max by (schedule) (mercarich_schedule_overdue{NS}) == 1", "{{schedule}} overdue"),
                Query("max by (schedule) (mercarich_schedule_failed{NS}) == 1", "{{schedule}} failed"),
            ),
            text="Absent while all is well.",
        ),
        Panel(
            "Since the last start",
            "s",
            (
                Query(
                    "time() - max by (schedule) (mercarich_schedule_last_start_timestamp_seconds{NS})", "{{schedule}}"
                ),
            ),
            text="Absent before the first.",
        ),
        Panel(
            "Old records deleted in a day",
            "short",
            (Query("sum by (record) (increase(mercarich_records_deleted_total{NS}[1d]))", "{{record}}"),),
            text="Absent before the first.",
        ),
        Panel(
            "Memory",
            "bytes",
            (
                Query(
                    "sum by (process) (process_resident_memory_bytes{NS}"
                    " * on (namespace, instance) group_left (process) mercarich_build_info{NS})",
                    "{{process}}",
                ),
            ),
            text="Resident memory of all processes of a kind together.",
        ),
        Panel(
            "Processor",
            "short",
            (
                Query(
                    "sum by (process) (rate(process_cpu_seconds_total{NS}[5m])"
                    " * on (namespace, instance) group_left (process) mercarich_build_info{NS})",
                    "{{process}}",
                ),
            ),
            text="1: a whole core.",
        ),
    ),
)
