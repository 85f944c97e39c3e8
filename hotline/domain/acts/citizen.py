"""What citizens may do with their own case, or have an agent do for them."""

from dataclasses import dataclass
from typing import Annotated

from hotline.domain.acts.asking import Act, Ask, Attachments
from hotline.domain.words import Satisfaction


@dataclass(frozen=True, kw_only=True)
class Supplement(Act):
    content: Annotated[str, Ask("补充内容", "what you add", 5000, "text")]
    attachments: Attachments = ()


@dataclass(frozen=True, kw_only=True)
class Urge(Act):
    content: Annotated[str | None, Ask("催办说明", "what you wish to add", 1000, "text")] = None


@dataclass(frozen=True, kw_only=True)
class Withdraw(Act):
    reason: Annotated[str | None, Ask("撤诉原因", "reason", 1000, "text")] = None


@dataclass(frozen=True, kw_only=True)
class Rate(Act):
    """A rating is only ever the citizen's own word, never made from silence."""

    solved: Annotated[bool, Ask("问题是否解决", "was it solved?")]
    satisfaction: Annotated[Satisfaction, Ask("满意度", "satisfaction")]
    pressed: Annotated[
        bool | None, Ask("是否有人要求您给好评", "did anyone press you to rate well?")
    ] = None
    comment: Annotated[str | None, Ask("意见", "comment", 1000, "text")] = None


@dataclass(frozen=True, kw_only=True)
class Reopen(Act):
    """Row 24: a closed matter is taken up again only on new facts (北京 art. 11(3))."""

    facts: Annotated[str, Ask("新的事实", "new facts", 5000, "text")]
