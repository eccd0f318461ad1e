"""Point 9: `helm uninstall` leaves nothing, `helm install` works again, and an upgrade migrates an old schema."""

from tests.cluster import first_schema
from tests.cluster.conftest import Keep
from tests.cluster.images import NEXT
from tests.cluster.kube import until
from tests.cluster.release import SHORT_WAITS, Release
from tests.cluster.runs import CheckRun
from tests.cluster.watch import OURS

KINDS = (
    "deployments,statefulsets,replicasets,pods,services,jobs,cronjobs,hpa,pdb,networkpolicies,configmaps,secrets,"
    "serviceaccounts,roles,rolebindings,persistentvolumeclaims,leases"
)
OF_THE_NAMESPACE = {"configmap/kube-root-ca.crt", "serviceaccount/default"}


def test_an_uninstall_leaves_nothing_and_an_installation_works_again(release: Release, keep: Keep) -> None:
    release.space.helm("uninstall", "mercarich", "--wait")
    until(lambda: _left(release) == OF_THE_NAMESPACE, 120, "nothing is left")
    keep("9-uninstall", {"left": sorted(_left(release))})
    release.install()
    release.wait_ready()
    for key, value in SHORT_WAITS.items():
        release.set(key, value)
    release.must_stand()


def test_an_upgrade_in_the_middle_of_a_run_brings_the_first_schema_and_its_data_along(
    release: Release, keep: Keep
) -> None:
    check = CheckRun.begin(release, "old-schema")
    check.until_share(0.1)
    listings = release.sql("SELECT COUNT(*) FROM listings")
    release.sql("; ".join(first_schema.statements()))
    release.upgrade(release.images.tag + NEXT)
    until(
        lambda: release.sql("SELECT version_num FROM alembic_version")[0][0] > first_schema.FIRST, 180, "the migration"
    )
    figures = check.must_end_well()
    release.wait_ready()
    assert release.sql("SELECT COUNT(*) FROM listings") == listings
    until(lambda: len(release.pools()) == len(release.worker_pools()), 60, "the operator's table is written again")
    keep("9-old-schema", figures)


def _left(release: Release) -> set[str]:
    return set(release.space.kubectl("get", KINDS, "-o", "name", "-l", f"!{OURS}").split())
