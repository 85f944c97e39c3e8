"""Readers that say what a test wants: sure of a topic, unsure, an emergency; and one that fails."""

from dataclasses import dataclass

from classifiers.model import Label, Reading, Suggestion

LAMP = "城市管理/市政设施/路灯故障"


@dataclass
class SaysSo:
    """Says the same of every text; what it says may be changed on the way."""

    topic: str = LAMP
    department: str = "城管局"
    urgency: str = "normal"
    confidence: float = 0.9
    sure: bool = True
    name: str = "says-so"

    def read(self, title: str, body: str) -> Reading:
        def plain(label: str) -> Suggestion:
            return Suggestion(label, self.confidence, by=self.name)

        runners = (Label("城市管理/市政设施/井盖缺失破损", 0.05),)
        return Reading(
            type=plain("help"),
            topic=Suggestion(
                self.topic, self.confidence, runners, ("“路灯”属于路灯故障",), self.name, self.sure
            ),
            department=Suggestion(
                self.department, 0.95, (Label("住建局", 0.03),), (), self.name, self.sure
            ),
            urgency=plain(self.urgency),
            district=Suggestion("", 0.0),
        )


class Fails:
    """Reads nothing at all."""

    def read(self, title: str, body: str) -> Reading:
        raise ValueError("no")
