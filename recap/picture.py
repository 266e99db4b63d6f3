"""The landscape of one event: charts for a page and for paper, and a list of words."""

from dataclasses import dataclass

from feedback.landscape import charts, pictures
from feedback.landscape.stacks import Room
from feedback.landscape.svg import Drawing
from feedback.reports import EventReport
from recap import facts

MOST = 12  # tools in a list
COLUMNS = 2  # of rooms on a page of paper, so that their letters can be read


@dataclass(frozen=True)
class Picture:
    report: EventReport

    def rooms(self) -> list[tuple[Room, Drawing]]:
        return pictures.room_charts(self.report.rooms, self.report.stacks.most_teams)

    def bands(self) -> list[str]:
        return charts.band_words()

    def on_paper(self) -> str:
        """One SVG file."""
        return pictures.rooms_sheet(
            self.report.rooms, self.report.stacks.most_teams, COLUMNS
        ).file()

    def most_used(self) -> list[tuple[str, int]]:
        """Tools by name, with how many teams used them."""
        return facts.tools_used(self.report)[:MOST]
