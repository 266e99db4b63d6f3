from feedback.models.answers import (
    Helped,
    InTheWay,
    Response,
    ToolReview,
    ToolReviewQuerySet,
)
from feedback.models.survey import (
    Invitation,
    InvitationQuerySet,
    Survey,
    SurveyQuerySet,
    events_to_survey,
    new_token,
)

__all__ = [
    "Helped",
    "InTheWay",
    "Invitation",
    "InvitationQuerySet",
    "Response",
    "Survey",
    "SurveyQuerySet",
    "ToolReview",
    "ToolReviewQuerySet",
    "events_to_survey",
    "new_token",
]
