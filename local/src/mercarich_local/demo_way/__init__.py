"""What the demo shows around its check: one module a step, each with what it does, tells and proves."""
