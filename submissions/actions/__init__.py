from submissions.actions.catalogue import import_landscape, merge_tools, unmerge_tool
from submissions.actions.datasets import add_dataset, edit_dataset, remove_dataset
from submissions.actions.ideas import (
    back_idea,
    edit_idea,
    pitch_idea,
    turn_into_team,
    unback_idea,
    withdraw_idea,
)
from submissions.actions.projects import (
    add_picture,
    edit_project,
    remove_picture,
    start_project,
    submit_project,
    withdraw_project,
)

__all__ = [
    "add_dataset",
    "add_picture",
    "back_idea",
    "edit_dataset",
    "edit_idea",
    "edit_project",
    "import_landscape",
    "merge_tools",
    "pitch_idea",
    "remove_dataset",
    "remove_picture",
    "start_project",
    "submit_project",
    "turn_into_team",
    "unback_idea",
    "unmerge_tool",
    "withdraw_idea",
    "withdraw_project",
]
