"""docs/metrics.md and the names of the metrics themselves."""

from tools.metrics_page import PAGE, Metric, catalogue, page

UNBOUNDED = {"item_id", "user_id", "seller_id", "sku", "run_id", "url", "path", "username"}


def test_the_page_is_the_one_that_the_metrics_give() -> None:
    assert PAGE.read_text() == page(), "run: python -m tools.metrics_page"


def test_names_say_the_unit_and_labels_have_few_values() -> None:
    for metric in catalogue():
        assert metric.name.startswith("mercarich_")
        assert metric.text
        assert not UNBOUNDED & set(metric.labels), metric
        assert metric.name.endswith("_total") == (metric.kind == "counter"), metric
        if metric.kind == "histogram":
            assert metric.name.endswith("_seconds"), metric


def test_the_modules_were_all_read() -> None:
    names = {metric.name: metric for metric in catalogue()}
    assert names["mercarich_proxy_looks_total"].labels == ("marketplace", "state", "reason")
    assert names["mercarich_worker_message_age_seconds"].kind == "histogram"
    assert names["mercarich_batch_run_last_success_timestamp_seconds"].unit == "Unix time"


def test_a_histogram_is_asked_by_its_parts_only() -> None:
    metric = Metric("mercarich_x_seconds", "histogram", (), "", "")
    assert metric.series == {"mercarich_x_seconds_bucket", "mercarich_x_seconds_sum", "mercarich_x_seconds_count"}
