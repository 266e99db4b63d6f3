from feedback.views.exports import (
    EventExportView,
    LandscapeExportView,
    ToolExportView,
)
from feedback.views.landscape import EventLandscapeView, LandscapeView, ToolView
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
from feedback.views.themes import (
    MergeThemesView,
    PinThemeView,
    ReleaseThemeView,
    RenameThemeView,
    ThemesView,
)

__all__ = [
    "AskMoreView",
    "CloseNowView",
    "EventExportView",
    "EventLandscapeView",
    "EventQuestionsView",
    "LandscapeExportView",
    "LandscapeView",
    "MergeThemesView",
    "MineView",
    "NamedToolsView",
    "OpenNowView",
    "PinThemeView",
    "PreviewView",
    "ProgressView",
    "QuestionsOfSurveyView",
    "ReleaseThemeView",
    "RenameThemeView",
    "StartView",
    "ThanksView",
    "ThemesView",
    "ToolExportView",
    "ToolQuestionsView",
    "ToolView",
    "WishesView",
]
