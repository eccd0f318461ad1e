"""What every process needs and no product rule: settings, logs, metrics, health, Kafka, the worker loop.

Services import single modules; `kafka` is the only module that names the Kafka driver.
"""

from mercarich_platform import collector

collector.look_seldom()
