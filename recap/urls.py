from django.urls import path

from recap.views import certificates, edit, public, talks

app_name = "recap"
EVENT = "events/<slug:event_slug>"
urlpatterns = [
    path("lessons/", public.LessonsView.as_view(), name="lessons"),
    path(f"{EVENT}/recap/", public.RecapView.as_view(), name="recap"),
    path(f"{EVENT}/recap.md", public.RecapMarkdownView.as_view(), name="markdown"),
    path(f"{EVENT}/recap.pdf", public.RecapPdfView.as_view(), name="pdf"),
    path(f"{EVENT}/recap/edit/", edit.RecapEditView.as_view(), name="edit"),
    path(f"{EVENT}/recap/step/", edit.RecapStepView.as_view(), name="step"),
    path(f"{EVENT}/recap/settings/", edit.RecapSettingsView.as_view(), name="settings"),
    path(f"{EVENT}/recap/blocks/new/", edit.BlockAddView.as_view(), name="block_new"),
    path(
        f"{EVENT}/recap/blocks/<int:pk>/edit/",
        edit.BlockEditView.as_view(),
        name="block_edit",
    ),
    path(
        f"{EVENT}/recap/blocks/<int:pk>/do/",
        edit.BlockActionView.as_view(),
        name="block_do",
    ),
    path(
        f"{EVENT}/certificates/",
        certificates.CertificatesView.as_view(),
        name="certificates",
    ),
    path(f"{EVENT}/certificates/make/", certificates.IssueView.as_view(), name="issue"),
    path(f"{EVENT}/certificates.zip", certificates.ZipView.as_view(), name="zip"),
    path(
        f"{EVENT}/certificates/<int:pk>/revoke/",
        certificates.RevokeView.as_view(),
        name="revoke",
    ),
    path(f"{EVENT}/talks/", talks.TalksView.as_view(), name="talks"),
    path(f"{EVENT}/talks/new/", talks.OfferTalkView.as_view(), name="talk_new"),
    path(
        f"{EVENT}/talks/<int:pk>/withdraw/",
        talks.WithdrawTalkView.as_view(),
        name="talk_withdraw",
    ),
    path(
        f"{EVENT}/talks/<int:pk>/answer/",
        talks.AnswerTalkView.as_view(),
        name="talk_answer",
    ),
    path("certificates/", certificates.MineView.as_view(), name="mine"),
    path(
        "certificates/<int:pk>/name/", certificates.RenameView.as_view(), name="rename"
    ),
    path("certificates/<str:code>/", certificates.VerifyView.as_view(), name="verify"),
    path(
        "certificates/<str:code>/pdf/", certificates.PaperView.as_view(), name="paper"
    ),
]
