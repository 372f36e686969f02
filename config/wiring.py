"""The one table that wires the apps: event -> same transaction / after commit, due rows, arrivals of uploads."""

from collections.abc import Callable

from accounts import delivery
from accounts.events import DocumentSigned
from bidding import tasks as bidding_tasks
from bidding.actions import (
    counting,
    drawing,
    ending,
    examining,
    faulting,
    guarantees,
    opening,
    pausing,
    progress,
    sealing,
    stopping,
    telling as hall_messages,
)
from bidding.events import BidOpened, BidsOpened, DrawFinished, HallStepped, LotCounted
from bidding.queries import draws
from deposits import queries as deposits, tasks as deposit_calls
from deposits.actions import refunding, telling
from deposits.events import DepositsReported, GuaranteeChecked
from evaluation.actions import convening, inviting, scoring, signing, vetting
from kernel import clock_alarms
from kernel.events import Event
from kernel.outbox import Hears
from kernel.ticker import DueSource
from kernel.upload import receive
from monitoring import tasks as monitoring_tasks
from monitoring.actions import asking, jobs
from tender import queries as tender
from tender.actions import deciding, publishing, stepping
from tender.events import AddendumPublished, ContractSigned, LotChecked, LotPublished, LotStepped

EVENTS: dict[type[Event], Hears] = {
    DocumentSigned: Hears(
        now=(
            deciding.on_signed,
            faulting.on_signed,
            ending.on_signed,
            scoring.on_signed,
            signing.on_signed,
        ),
        later=(guarantees.hand_down_fault,),
    ),
    LotStepped: Hears(
        now=(publishing.begin_new_round, stopping.on_lot_stepped, drawing.void, convening.on_lot_stepped),
        later=(telling.on_cancelled, refunding.on_stepped, monitoring_tasks.after_step),
    ),
    LotChecked: Hears(now=(drawing.check_contributors, vetting.check_method)),
    LotPublished: Hears(
        now=(counting.open_hall, drawing.request_coefficients), later=(telling.on_published,)
    ),
    AddendumPublished: Hears(now=(counting.move_hall,), later=(telling.on_addendum,)),
    ContractSigned: Hears(later=(refunding.on_contract,)),
    HallStepped: Hears(now=(hall_messages.on_step,)),
    LotCounted: Hears(later=(guarantees.hand_down_fates,)),
    BidOpened: Hears(later=(guarantees.hand_down_guarantee,)),
    BidsOpened: Hears(later=(monitoring_tasks.after_opening,)),
    DepositsReported: Hears(later=(monitoring_tasks.after_payments,)),
    GuaranteeChecked: Hears(later=(monitoring_tasks.after_payments,)),
    DrawFinished: Hears(now=(progress.on_draw, inviting.on_drawn)),
}

DUE: tuple[DueSource, ...] = (
    DueSource("deadlines", find=tender.due_to_close, advance=stepping.close_due),
    DueSource("candidate publications", find=tender.due_to_decide, advance=stepping.decide_due),
    DueSource("orphaned stamps", find=receive.orphans, advance=receive.recover_one),
    DueSource("bids held by the clock", find=sealing.due_held, advance=sealing.settle_held),
    DueSource("bids to count", find=counting.due_to_count, advance=counting.count),
    DueSource("openings to begin", find=counting.due_to_begin, advance=counting.begin),
    DueSource("draws to reveal", find=draws.due_to_close, advance=drawing.close_commits),
    DueSource("halls", find=progress.due, advance=progress.advance),
    DueSource("requests of a host", find=pausing.due_to_lapse, advance=pausing.lapse),
    DueSource("containers to examine", find=examining.due, advance=bidding_tasks.examine),
    DueSource("bids to open", find=opening.due, advance=bidding_tasks.open_bids),
    DueSource("records to print", find=ending.due_to_end, advance=bidding_tasks.end),
    DueSource("calls to banks and issuers", find=deposits.due_calls, advance=deposit_calls.dispatch),
    DueSource("deposits due back", find=refunding.due_alerts, advance=refunding.alert),
    DueSource("experts who do not answer", find=inviting.due_answers, advance=inviting.time_out),
    DueSource("experts who do not come", find=inviting.due_absent, advance=inviting.miss),
    DueSource("reports to be signed", find=signing.due_signatures, advance=signing.deem),
    DueSource("nights of monitoring", find=jobs.due_nights, advance=asking.night),
    DueSource("work of monitoring", find=jobs.due, advance=monitoring_tasks.hand_out),
    DueSource("clock", find=clock_alarms.due, advance=clock_alarms.raise_alarm),
)

POST: tuple[DueSource, ...] = (DueSource("messages to send", find=delivery.due, advance=delivery.send),)
"""What waits for servers of others goes beside: it delays no deadline."""

UPLOADS: dict[str, Callable[..., None]] = {sealing.PURPOSE: sealing.arrived}
