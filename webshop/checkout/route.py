"""Who decides after the submission, said in sentences before it is sent."""

from collections.abc import Sequence

from flask_babel import gettext as _

from webshop.approvals.routes import Approver
from webshop.checkout.draft import Review

NAMES_SHOWN = 4


def route_sentences(draft: Review) -> list[str]:
    """Stage by stage; empty where nobody needs to approve."""
    sentences = []
    for step in draft.route:
        names = _names(step.approvers)
        if step.cost_centre_id is not None:
            sentences.append(
                _("Nach dem Absenden prüft %(names)s für Kostenstelle %(label)s.", names=names, label=step.cost_centre_label)
            )
        else:
            sentences.append(_("Danach entscheidet eine zweite Person: %(names)s.", names=names))
    return list(dict.fromkeys(sentences))


def _names(approvers: Sequence[Approver]) -> str:
    if not approvers:
        return _("noch niemand")
    shown = [approver.name for approver in approvers[:NAMES_SHOWN]]
    if len(approvers) > NAMES_SHOWN:
        shown.append(_("eine weitere Person"))
    return _(" oder ").join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]
