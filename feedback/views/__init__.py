from feedback.views.landscape import (
    EventLandscapeCsvView,
    EventLandscapeView,
    LandscapeView,
    ToolView,
)
from feedback.views.progress import (
    AskMoreView,
    CloseNowView,
    MineView,
    OpenNowView,
    PreviewView,
    ProgressView,
    QuestionsOfSurveyView,
)
from feedback.views.survey import (
    EventQuestionsView,
    NamedToolsView,
    StartView,
    ThanksView,
    ToolQuestionsView,
    WishesView,
)

__all__ = [
    "AskMoreView",
    "CloseNowView",
    "EventLandscapeCsvView",
    "EventLandscapeView",
    "EventQuestionsView",
    "LandscapeView",
    "MineView",
    "NamedToolsView",
    "OpenNowView",
    "PreviewView",
    "ProgressView",
    "QuestionsOfSurveyView",
    "StartView",
    "ThanksView",
    "ToolQuestionsView",
    "ToolView",
    "WishesView",
]
