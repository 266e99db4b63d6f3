from feedback.views.landscape import (
    EventLandscapeCsvView,
    EventLandscapeView,
    LandscapeView,
    ToolView,
)
from feedback.views.progress import MineView, ProgressView
from feedback.views.survey import (
    EventQuestionsView,
    StartView,
    ThanksView,
    ToolQuestionsView,
)

__all__ = [
    "EventLandscapeCsvView",
    "EventLandscapeView",
    "EventQuestionsView",
    "LandscapeView",
    "MineView",
    "ProgressView",
    "StartView",
    "ThanksView",
    "ToolQuestionsView",
    "ToolView",
]
