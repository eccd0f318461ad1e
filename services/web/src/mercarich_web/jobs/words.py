"""The words of jobs, in English for the catalogues."""

from collections.abc import Mapping

from mercarich_web.site.languages import N_

JOB_KINDS: Mapping[str, tuple[str, str]] = {
    "import": (N_("CSV import"), "file-spreadsheet"),
    "search": (N_("Bulk search"), "search"),
}
"""A kind of job: its word and icon."""
JOB_STATES: Mapping[str, tuple[str, str]] = {
    "waiting": (N_("waits"), ""),
    "running": (N_("running"), "info"),
    "finished": (N_("finished"), "good"),
    "stopped": (N_("stopped"), ""),
    "failed": (N_("failed"), "bad"),
    "done": (N_("done"), "good"),
    "skipped": (N_("skipped"), ""),
}
"""States of a job, and of one query of a search."""
JOB_PHASES: Mapping[str, str] = {
    "preparing": N_("storing the file"),
    "searching": N_("searching"),
    "reading": N_("reading the file"),
    "comparing": N_("comparing with your listings"),
    "confirming": N_("waits until you accept it"),
    "sources": N_("creating sources"),
    "applying": N_("taking over"),
    "ended": N_("ended"),
}
