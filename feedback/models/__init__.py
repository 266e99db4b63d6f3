from feedback.models.answers import (
    Answer,
    Helped,
    InTheWay,
    Response,
    ToolReview,
    ToolReviewQuerySet,
    Wish,
    WishQuerySet,
)
from feedback.models.questions import LONGEST_TEXT, Question, QuestionQuerySet
from feedback.models.survey import (
    SMALLEST_K,
    Invitation,
    InvitationQuerySet,
    Survey,
    SurveyQuerySet,
    events_to_survey,
    new_token,
)
from feedback.models.themes import RemarkTheme

__all__ = [
    "LONGEST_TEXT",
    "SMALLEST_K",
    "Answer",
    "Helped",
    "InTheWay",
    "Invitation",
    "InvitationQuerySet",
    "Question",
    "QuestionQuerySet",
    "RemarkTheme",
    "Response",
    "Survey",
    "SurveyQuerySet",
    "ToolReview",
    "ToolReviewQuerySet",
    "Wish",
    "WishQuerySet",
    "events_to_survey",
    "new_token",
]
