from typing import Any

from accounts.hooks import holds_personal_data
from accounts.models import User
from feedback.models import Answer, Invitation, Response, ToolReview, Wish


@holds_personal_data("surveys")
def surveys(user: User) -> list[dict[str, Any]]:
    """Who was asked; what they said only until closing, when it is nobody's."""
    return [
        {
            "event": invitation.survey.event.name,
            "finished": invitation.finished_at is not None,
            "answers": [
                _said(response)
                for response in Response.objects.filter(invitation=invitation)
            ],
        }
        for invitation in Invitation.objects.filter(user=user).select_related(
            "survey__event"
        )
    ]


def _said(response: Response) -> dict[str, Any]:
    reviews = ToolReview.objects.filter(response=response).select_related("tool")
    answers = Answer.objects.filter(response=response).select_related(
        "question", "tool"
    )
    wishes = Wish.objects.filter(response=response).select_related("tool")
    return {
        "role": response.role,
        "come_again": response.come_again,
        "what_to_change": response.what_to_change,
        "tools": [
            {
                "tool": review.tool.name,
                "meets_my_needs": review.meets_my_needs,
                "easy_to_use": review.easy_to_use,
                "again": review.again,
                "helped": review.helped,
                "in_the_way": review.in_the_way,
                "remark": review.remark,
                "may_quote": review.may_quote,
            }
            for review in reviews
        ],
        "questions": [
            {
                "question": answer.question.text,
                "tool": answer.tool.name if answer.tool else "",
                "answer": answer.value,
            }
            for answer in answers
        ],
        "wishes": {wish.tool.name: wish.wants_it for wish in wishes},
    }
