"""EventBridge: rules on the default bus whose targets are pipelines and functions; a matching event
starts them."""

from moto.events.responses import EventsHandler

from emulator.patching import only
from emulator.services.events import rules  # noqa: F401

only(
    EventsHandler,
    "events",
    "delete_rule",
    "describe_rule",
    "disable_rule",
    "enable_rule",
    "list_rule_names_by_target",
    "list_rules",
    "list_tags_for_resource",
    "list_targets_by_rule",
    "put_rule",
    "put_targets",
    "remove_targets",
    "tag_resource",
    "untag_resource",
)
