"""Worker numbers out of the database into Kubernetes: the bounds of each pool's HorizontalPodAutoscaler.

A pool is a Deployment with the label `mercarich.dev/worker-pool`; its annotations say which setting, topic and
bounds are its own (`domain.pools`). Every few seconds one round compares what is wanted with what stands and
writes only what differs; when the database, the broker or the API server does not answer, everything stays as
it is. A round also starts what somebody wants started or a CronJob missed, and publishes the books as metrics.
No custom resource, no finalizer, no state but the tables pool_status and schedule_wishes.

What its Role allows, in its own namespace and no more:
deployments get list watch; deployments/scale get patch; horizontalpodautoscalers get list watch create patch;
events create patch; where starts by the pages are allowed, cronjobs list and jobs create list.

The path through the files: services/operator/README.md.
"""
