"""Everything on one machine: `mercarich up` and `mercarich demo`, the embedded broker and the scheduler.

A development default: it runs the processes of the Procfile offline, as one system, against the simulator.
It stands above the services and is imported by none. `commands` holds the two commands, `__main__` the two
processes (broker, scheduler); `system` says what runs where, `supervisor` keeps it running.
"""
