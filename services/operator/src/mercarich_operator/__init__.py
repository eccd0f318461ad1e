"""Worker numbers out of the database into Kubernetes: the bounds of each pool's HorizontalPodAutoscaler.

A pool is a Deployment with the label `mercarich.dev/worker-pool`; its annotations say which setting, topic and
bounds are its own (`domain.pools`). Every few seconds one round compares what is wanted with what stands and
writes only what differs; when the database, the broker or the API server does not answer, everything stays as
it is. No custom resource, no finalizer, no state but the table pool_status.

What its Role allows, in its own namespace and no more:
deployments get list watch; deployments/scale get patch; horizontalpodautoscalers get list watch create patch;
events create patch.

Way through: __main__ -> bootstrap -> handlers (the loop) -> use_cases.reconcile -> mercarich_contracts.pools.
"""
