from django.urls import path

from judging import api, pairs_api
from judging.views import (
    exports,
    order,
    organise,
    pairs,
    paper,
    phone,
    results,
    rounds,
    rubric,
    stage,
)

app_name = "judging"
_event = "events/<slug:event_slug>/"
_round = f"{_event}judging/rounds/<int:pk>/"
urlpatterns = [
    path("judge/", phone.HomeView.as_view(), name="home"),
    path("judge/enter/<str:token>/", phone.EnterView.as_view(), name="enter"),
    path("judge/cards/<int:pk>/", phone.CardView.as_view(), name="card"),
    path(
        "judge/cards/<int:pk>/conflict/", phone.StepBackView.as_view(), name="conflict"
    ),
    path(
        "judge/conflicts/<int:pk>/take-back/",
        phone.TakeBackView.as_view(),
        name="take_back",
    ),
    path("judge/sign-out/", phone.SignOutView.as_view(), name="sign_out"),
    path("judge/sw.js", phone.ServiceWorkerView.as_view(), name="service_worker"),
    path("judge/offline/", phone.OfflineView.as_view(), name="offline"),
    path("judge/manifest.webmanifest", phone.ManifestView.as_view(), name="manifest"),
    path("judge/api/state/", api.StateView.as_view(), name="state"),
    path("judge/api/now/", api.NowView.as_view(), name="now"),
    path(
        "judge/api/scorecards/<int:pk>/",
        api.ScorecardView.as_view(),
        name="scorecard",
    ),
    path("judge/pairs/", pairs.PairsView.as_view(), name="pairs"),
    path("judge/api/pairs/", pairs_api.PairStateView.as_view(), name="pairs_state"),
    path(
        "judge/api/comparisons/<slug:client>/<int:revision>/",
        pairs_api.ComparisonView.as_view(),
        name="comparison",
    ),
    path(
        f"{_event}judging/rounds/<int:pk>/pairs/",
        pairs.PairProgressView.as_view(),
        name="pairs_progress",
    ),
    path(
        f"{_event}judging/rounds/<int:pk>/pairs/late/<int:judge>/",
        pairs.LateVotesView.as_view(),
        name="late_votes",
    ),
    path(f"{_event}results/", results.ResultsView.as_view(), name="results"),
    path(
        f"{_event}results/feedback/",
        results.MyFeedbackView.as_view(),
        name="my_feedback",
    ),
    path(
        f"{_event}results/v<int:version>/<int:round>/<str:table>.csv",
        exports.PublicTableView.as_view(),
        name="public_table",
    ),
    path(f"{_event}judging/", organise.RankingView.as_view(), name="ranking"),
    path(f"{_event}judging/deal/", organise.DealView.as_view(), name="deal"),
    path(f"{_event}judging/publish/", order.PublishView.as_view(), name="publish"),
    path(f"{_event}judging/end/", order.EndJudgingView.as_view(), name="end"),
    path(f"{_event}judging/late/<int:pk>/", organise.LateView.as_view(), name="late"),
    path(f"{_event}judging/prizes/<int:pk>/", order.AwardView.as_view(), name="award"),
    path(
        f"{_event}judging/rounds/<int:pk>/stage/",
        stage.PressView.as_view(),
        name="on_stage",
    ),
    path(f"{_round}coverage/", rounds.CoverageView.as_view(), name="coverage"),
    path(f"{_round}plan/", rounds.PlanView.as_view(), name="plan"),
    path(f"{_round}pair/", rounds.PairView.as_view(), name="pair"),
    path(
        f"{_round}judges/<int:judge>/", rounds.PresenceView.as_view(), name="presence"
    ),
    path(f"{_round}aside/", rounds.AsideView.as_view(), name="aside"),
    path(f"{_round}open/", rounds.OpenView.as_view(), name="open_round"),
    path(f"{_round}shortlist/", rounds.ShortlistView.as_view(), name="shortlist"),
    path(
        f"{_event}judging/rounds/<int:pk>/remote/",
        stage.RemoteView.as_view(),
        name="remote",
    ),
    path(
        f"{_event}judging/rounds/<int:pk>/rubric/",
        rubric.RubricView.as_view(),
        name="rubric",
    ),
    path(
        f"{_event}judging/rounds/<int:pk>/rubric/edit/",
        rubric.RubricEditView.as_view(),
        name="rubric_edit",
    ),
    path(f"{_event}judging/reveal/", stage.RevealView.as_view(), name="reveal"),
    path(
        f"{_event}judging/reveal/press/",
        stage.RevealPressView.as_view(),
        name="reveal_press",
    ),
    path(
        f"{_event}judging/judges/<int:pk>/",
        organise.JudgeLinkView.as_view(),
        name="judge_link",
    ),
    path(
        f"{_event}judging/judges/<int:pk>/qr.svg",
        organise.JudgeQrView.as_view(),
        name="judge_qr",
    ),
    path(
        f"{_event}judging/results/",
        order.ResultsInProgressView.as_view(),
        name="order",
    ),
    path(f"{_event}judging/rules/", order.RulesView.as_view(), name="rules"),
    path(f"{_event}judging/withdraw/", order.WithdrawView.as_view(), name="withdraw"),
    path(
        f"{_event}judging/rounds/<int:pk>/method/",
        order.MethodView.as_view(),
        name="method",
    ),
    path(
        f"{_event}judging/rounds/<int:pk>/deliberation/",
        order.DeliberationView.as_view(),
        name="deliberation",
    ),
    path(f"{_event}judging/rounds/<int:pk>/ask/", order.AskView.as_view(), name="ask"),
    path(
        f"{_event}judging/feedback/",
        results.FeedbackReviewView.as_view(),
        name="feedback_review",
    ),
    path(
        f"{_event}judging/feedback/<int:pk>/",
        results.HideFeedbackView.as_view(),
        name="hide_feedback",
    ),
    path(f"{_event}judging/sheets/", paper.SheetsView.as_view(), name="sheets"),
    path(f"{_event}judging/paper/", paper.PaperView.as_view(), name="paper"),
    path(
        f"{_event}judging/scores.csv",
        exports.RawTableView.as_view(table="scores"),
        name="raw_scores",
    ),
    path(
        f"{_event}judging/comparisons.csv",
        exports.RawTableView.as_view(table="comparisons"),
        name="raw_comparisons",
    ),
]
