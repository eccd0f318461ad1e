"""The whole system at a glance: `mercarich status` and the first page of operators."""
