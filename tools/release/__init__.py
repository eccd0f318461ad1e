"""A release: the chart and the images as OCI archives, a bill of materials of each image, and checksums."""
