"""What the checker decides. No I/O.

`looks`: what a look means, and when a source is asked again. `withdrawals`: what becomes of the listings behind it.
`brake`: when falls are held back. `canaries`: whether a run may be trusted.
"""
