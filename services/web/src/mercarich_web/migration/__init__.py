"""The take-over of the original system."""
