from submissions.models.catalogue import Tool, ToolCategory
from submissions.models.datasets import Dataset, DatasetQuerySet
from submissions.models.ideas import Idea, IdeaBacking, IdeaQuerySet
from submissions.models.projects import (
    Project,
    ProjectPicture,
    ProjectQuerySet,
    ToolUse,
)

__all__ = [
    "Dataset",
    "DatasetQuerySet",
    "Idea",
    "IdeaBacking",
    "IdeaQuerySet",
    "Project",
    "ProjectPicture",
    "ProjectQuerySet",
    "Tool",
    "ToolCategory",
    "ToolUse",
]
