"""What this app writes to the log, in words that follow a person's name."""

from django.utils.translation import gettext_lazy as _

from events.log import say

say(
    {
        "datasets.added": _("brought the dataset %(target)s"),
        "datasets.edited": _("edited the dataset %(target)s"),
        "datasets.removed": _("removed the dataset %(target)s"),
        "ideas.edited": _("edited the idea %(target)s"),
        "ideas.pitched": _("pitched the idea %(target)s"),
        "ideas.withdrawn": _("took back the idea %(target)s"),
        "projects.edited": _("edited the project %(target)s"),
        "projects.picture_added": _("added a picture to %(target)s"),
        "projects.picture_removed": _("removed a picture from %(target)s"),
        "projects.started": _("started the project %(target)s"),
        "projects.submitted": _("handed in %(target)s"),
        "projects.withdrawn": _("withdrew %(target)s"),
        "tools.imported": _("imported %(added)s tools into the catalogue"),
        "tools.merged": _("merged the tool %(gone)s into %(target)s"),
        "tools.unmerged": _("took the tool %(target)s out of %(stays)s again"),
    }
)
