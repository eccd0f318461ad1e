"""English: replacements that a seller's rule approves, or the link of a message."""

from collections.abc import Mapping

APPROVALS: Mapping[str, str] = {
    "nothing_to_take_back": "{sku} has no replacement to take back",
    "changed_since_shown": "{sku} has changed since you saw it",
    "link_expired": "this link was good until {at}",
    "link_ended": "this link is not good any more",
    "approved_by_rule_already": "{sku}: your rule approved {item_id} on {at}; it goes up after one more look",
    "rule_approved": "{item_id}, by the seller's rule: pictures alike by {alike_percent} % (at least"
    " {least_alike_percent} %); cost with postage {cost_jpy}[ (at most {most_jpy})][; a sale earns {profit_jpy} (at"
    " least {least_profit_jpy})]; {good_percent} % of {ratings} ratings are good (at least {least_good_percent} % of"
    " {least_ratings}); condition “{condition}”, first source “{first_condition}”",
    "facts_not_kept": "found by an earlier release, which did not keep what the rule reads",
    "likeness_not_known": "how alike the pictures are is not known",
    "alike_too_little": "{alike_percent} % of the features are alike, less than {least_percent} %",
    "cost_not_known": "its price or its postage is not known",
    "first_cost_not_known": "what the first source cost is not known",
    "too_far_above_first": "{cost_jpy} with postage, more than {most_jpy} (first source: {first_jpy})",
    "profit_not_known": "what a sale would earn is not known",
    "earns_less_than_rule": "a sale would earn {profit_jpy}, less than {least_jpy}",
    "rating_not_known": "the ratings of its seller are not known",
    "rated_too_low": "{good_percent} % of its seller's ratings are good, less than {least_percent} %",
    "rated_too_seldom": "its seller has {ratings} ratings, fewer than {least}",
    "condition_not_known": "its condition is not known",
    "first_condition_not_known": "the condition of the first source is not known",
    "worse_than_first": "condition “{condition}”, worse than the first source's “{first_condition}”",
    "days_approvals_used": "your rule has approved {approvals} within 24 hours; at most {most}",
}
