"""The checker's two flows: `run_check` is the planner's, `check_batch` the worker's."""
