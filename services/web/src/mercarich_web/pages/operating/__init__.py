"""The operator's pages, a module for each subject; who is no operator finds nothing there."""
