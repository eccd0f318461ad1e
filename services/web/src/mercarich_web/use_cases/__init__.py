"""The questions that people ask, a module a subject; `holds` and `settings` also write."""
