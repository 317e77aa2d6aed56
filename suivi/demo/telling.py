"""What the narrator says about each step, from what the step saw. Nothing here talks to the server."""

from typing import Any

from suivi.demo.narrator import Narrator
from suivi.demo.script import COVERED, FALSIFIED, PROMISE, WORDS
from suivi.demo.stage import Facts


def terms(narrator: Narrator, seen: Facts) -> None:
    clinic, terms = seen["clinic"], seen["terms"]
    payers = {fee["kind"]: fee["payer"].replace("_", " ").lower() for fee in terms["fees"]}
    narrator.say(
        f"{clinic['name']} in {clinic['city']} is registered; its people speak {' and '.join(clinic['languages'])}. "
        "Its coordinator publishes what a crown comes with. The first text is stopped, because it promises a result:"
    )
    narrator.quote("Coordinator", PROMISE)
    narrator.facts({seen["stopped"]["code"]: f"{seen['stopped']['message']} {seen['stopped']['remedy']}"})
    narrator.say("Without that sentence it is published. Published terms never change: a new version is added.")
    narrator.facts(
        {
            "Terms": f"version {terms['number']}, crowns, {terms['period']} from {terms['starts']}",
            "Not covered": ", ".join(terms["exclusions"]),
            "Who pays": f"materials: {payers['materials']}, travel: {payers['travel']}",
            "All other fees": "read “not stated”, never “covered”",
            "Re-evaluation": f"may be asked for within {terms['referencePeriod']}",
            "Notice": terms["notice"],
        }
    )


def agreed(narrator: Narrator, seen: Facts) -> None:
    treatment = seen["treatment"]
    narrator.say(
        "The patient agrees to a crown. The terms of that day are pinned to the treatment, and what was confirmed by "
        "then counts for it."
    )
    narrator.facts(
        {
            "Terms": f"version {treatment['terms']['number']}",
            "Treatment": f"{treatment['procedureId']} on tooth {', '.join(treatment['sites'])}",
            "Rules": f"plugin {treatment['rulesPlugin']}, version {treatment['rulesVersion']}",
        }
    )


def cemented(narrator: Narrator, seen: Facts) -> None:
    [anchor] = seen["treatment"]["anchors"]
    narrator.say(
        "The practitioner records the day the crown was cemented. Clocks start from it, and what the patient hoped for "
        "is frozen: nobody can rewrite it afterwards. Back in Paris, the patient opens a case."
    )
    narrator.facts(
        {
            "Day 0": f"{anchor['on']['text']} ({anchor['name']})",
            "Hoped for": f"“{seen['treatment']['objectives']['patient']}” (frozen)",
            "Case": seen["case"]["state"].lower(),
        }
    )


def photos(narrator: Narrator, seen: Facts) -> None:
    narrator.say(
        "Two photos go from the phone straight to the object store, with a form that takes exactly these bytes for "
        "fifteen minutes. Suivi then checks size, type and hash, and seals them."
    )
    narrator.facts(
        {"Before": _photo(seen["before"]), "After": _photo(seen["after"]), "Sent to": seen["after"]["uploaded_to"]}
    )


def _photo(photo: Facts) -> str:
    taken, digest = photo["embeddedAt"][:16].replace("T", " "), photo["sha256"][:12]
    return f"{photo['contentType']}, {photo['size']:,} bytes, taken {taken} UTC, SHA-256 {digest}…"


def too_early(narrator: Narrator, seen: Facts) -> None:
    recovery, window = seen["recovery"], seen["referenceWindow"]
    narrator.say("“Is it too early?” asks the patient, in French, and is told so with reasons. It is no diagnosis.")
    flags = recovery["redFlags"]
    narrator.facts(
        {
            "Day": f"{recovery['days'][0]['earliest']} ({recovery['rules']})",
            "Phase": "; ".join(phase["text"]["text"] for phase in recovery["phases"]),
            "Too early?": "yes" if recovery["stabilisation"]["tooEarly"] else "no",
            "May be judged": f"from {recovery['stabilisation']['mayBeJudgedFrom']['earliest']}",
            "Why": recovery["stabilisation"]["reasons"][0]["sentence"],
            "Normal now": "; ".join(sign["text"]["text"] for sign in recovery["normalSigns"]) or "–",
            "Never waits": f"{flags[0]['text']['text']}; and {len(flags) - 1} more",
            "Then": flags[0]["whatToDo"]["text"],
        }
    )
    narrator.say("Until when may a re-evaluation be asked for? The answer names the rule that won.")
    narrator.facts(
        {
            "Window": f"{window['state'].lower()} until {window['lastDayEarliest']}, {window['daysLeft']} days left",
            "Won": _period(window["won"]),
            "Lost": ", ".join(map(_period, window["lost"])) or "nothing",
            "Why": window["reasons"][0]["sentence"],
        }
    )


def _period(offered: Any) -> str:
    return f"{offered['source'].lower().replace('_', ' ')} ({offered['period']})"


def talk(narrator: Narrator, seen: Facts) -> None:
    narrator.say(
        "Patient and clinic are both connected by WebSocket. Each writes in their own language, "
        "and each message reaches both at once."
    )
    for message in seen["practitioner_heard"]:
        narrator.quote(message["authorName"] or "Patient", f"({message['language']}) {message['body']}")
    heard = len(seen["patient_heard"]), len(seen["practitioner_heard"])
    narrator.facts({"Arrived live": f"{heard[0]} at the patient's, {heard[1]} at the practitioner's"})


def report(narrator: Narrator, seen: Facts) -> None:
    narrator.say(
        "Day 12: the cheek is swollen, and there is fever. A report is taken at once, whatever the case's state."
    )
    narrator.quote("Patient", f"(fr) {WORDS}")
    narrator.facts(
        {
            "Red flag": ", ".join(seen["redFlags"]),
            "Urgency": seen["urgency"]["level"].replace("_", " "),
            "What to do": seen["urgency"]["whatToDo"]["text"],
            "And": seen["notAnEmergencyService"]["text"],
        }
    )


def notice(narrator: Narrator, seen: Facts) -> None:
    narrator.say(
        "The notice was written in the same transaction as the report, so it cannot be lost. It is in the clinic's "
        "mailbox now, in Hungarian, the clinic's first language. It carries a link and no word about the patient:"
    )
    lines = " ".join(filter(None, map(str.strip, seen["text"].splitlines())))
    narrator.facts({"To": seen["to"], "Subject": seen["subject"], "Text": lines})
    narrator.say(
        "(A complication was reported in one of your cases, marked urgent. Open the link to see it and answer.)"
    )
    delivery = seen["delivery"]
    narrator.say("The patient sees what became of it:")
    narrator.facts({"Notice": f"{delivery['state']} by {delivery['adapter']}, attempt {delivery['attempts']}"})


def seen(narrator: Narrator, seen: Facts) -> None:
    narrator.say("The practitioner has read it and says so; the patient can stop wondering.")
    narrator.facts({"Seen": f"{seen['seenAt']} by {seen['seenBy']['name']}"})


def let_in(narrator: Narrator, seen: Facts) -> None:
    narrator.say(
        "The patient lets others into this one case, and somebody close may read for them. All of it is dated, "
        "and ends at once when it is withdrawn."
    )
    people = {one["role"].capitalize(): f"{one['name']}, from {one['validFrom']}" for one in seen["assigned"]}
    narrator.facts(
        {**people, "Representative": f"may {seen['mandate']['scope'].lower()}, from {seen['mandate']['validFrom']}"}
    )


def refused(narrator: Narrator, seen: Facts) -> None:
    narrator.say("What kind of case is it? That is for the treating practitioner. Three others try to decide it:")
    narrator.facts({role.capitalize(): f"{refusal['code']}: {refusal['message']}" for role, refusal in seen.items()})
    narrator.say(
        "A refusal is data with a stable code, a sentence and a remedy. A plugin cannot even try: what it gives are "
        "hints, another type, and no hook of it writes."
    )


def classified(narrator: Narrator, seen: Facts) -> None:
    narrator.say("The practitioner decides, and has to say why.")
    narrator.facts(
        {
            "Class": f"{seen['value']}: {seen['name']['text']}",
            "Reason": seen["reason"],
            "By": f"{seen['practitioner']['name']}, {seen['decidedAt']}",
        }
    )


def history(narrator: Narrator, seen: Facts) -> None:
    narrator.say("Everything that happened to the case, each event chained to the one before by its hash:")
    narrator.facts({f"{event['seq']:>3}": _event(event) for event in seen["events"]})
    narrator.say("The story's dates are played; the notice carries the time at which it really went out, just now.")
    narrator.facts({"$ suivi audit verify": f"{seen['audit']['rows']} rows checked: everything is as it was recorded."})


def _event(event: Facts) -> str:
    at = event["at"][:16].replace("T", " ")
    return f"{at}  {event['kind']:<22}  {event['actorRole']:<12}  {event['hash'][:12]}…"


def tampered(narrator: Narrator, seen: Facts) -> None:
    narrator.say(
        "Somebody with access to the database changes one byte by hand, in a copy of it: in the practitioner's message "
        f"“{COVERED}” becomes “{FALSIFIED}”."
    )
    narrator.facts({"$ suivi audit verify": " ".join(finding["sentence"] for finding in seen["tampered"]["findings"])})
    narrator.say("The copy is removed. The real one still stands:")
    narrator.facts(
        {"$ suivi audit verify": f"{seen['untouched']['rows']} rows checked: everything is as it was recorded."}
    )
