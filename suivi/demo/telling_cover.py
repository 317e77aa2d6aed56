"""What the narrator says of written confirmations and of cover. Nothing here talks to the server."""

from suivi.demo.narrator import Narrator
from suivi.demo.stage import Facts


def asked(narrator: Narrator, seen: Facts) -> None:
    patient, request = seen["patient"], seen["request"]
    narrator.say(
        f"A partner's app, {seen['partner']['name']}, registers a patient under a pseudonym: Suivi holds no name. "
        "The patient compares two clinics; where one has published nothing, the answer says so."
    )
    narrator.facts(
        {
            "Patient": f"{patient['reference']}, {patient['timeZone']}, speaks {patient['languages'][0]}",
            **_compared(seen["compared"]),
        }
    )
    narrator.say("Before deciding, the patient asks the clinic in Budapest to confirm three things in writing:")
    items = {
        str(number): item["question"] or item["kindText"]["text"] for number, item in enumerate(request["items"], 1)
    }
    narrator.facts({**items, "Until": f"{request['dueOn']}, by the clinic's own response time"})


def _compared(compared: Facts) -> dict[str, str]:
    told = {}
    for place, one in enumerate(compared["clinics"]):
        stated = [
            f"{row['object']['text']['text']}, {_limit(component['limit'])}"
            for row in compared["objects"]
            for component in row["cells"][place]
        ]
        told[f"{one['clinic']['name']}, {one['clinic']['city']}"] = "; ".join(stated) or one["sentence"]["text"]
    return told


def _limit(limit: Facts) -> str:
    unit = limit["unit"].lower()
    return f"{limit['count']} {unit if limit['count'] == 1 else f'{unit}s'}"


def answered(narrator: Narrator, seen: Facts) -> None:
    narrator.say(f"{seen['signatoryName']}, the coordinator, answers item by item and signs. Silence confirms nothing.")
    narrator.facts({item["kindText"]["text"]: _answer(item["answer"]) for item in seen["items"]})
    narrator.facts({"Confirmation": seen["number"], "SHA-256": seen["digest"]})


def _answer(answer: Facts) -> str:
    reason = (answer["reasonText"] or {}).get("text")
    return ": ".join(filter(None, (answer["answer"].replace("_", " ").lower(), answer["text"], reason)))


def verified(narrator: Narrator, seen: Facts) -> None:
    narrator.say(
        "The patient downloads the signed PDF. It says everything in both languages and has the same as data inside. "
        "Whoever has it can verify it with the platform's certificate, without a server:"
    )
    narrator.facts({"File": f"{seen['file']} ({seen['size']:,} bytes)", "$ suivi verify": _verdict(seen["intact"])})
    narrator.say("In a copy of it, one byte is changed:")
    narrator.facts({"$ suivi verify": _verdict(seen["altered"])})


def _verdict(verified: Facts) -> str:
    """Without fingerprint and hash, which are too long for a screen and no sentence."""
    lines: list[str] = verified["said"].splitlines()
    return "\n".join(line for line in lines if not line.startswith(("sha-256", "certificate")))


def covered(narrator: Narrator, seen: Facts) -> None:
    narrator.say(
        "Who covers what, until when? Clinic, manufacturer and insurer stand side by side. What the clinic confirmed "
        "in writing goes before its terms, and what nobody has stated is named as a gap."
    )
    narrator.facts(
        {
            **_segments(seen),
            "Next": seen["next"]["sentence"] if seen["next"] else "–",
            "Not stated": f"{len(seen['gaps'])} lines, such as: {seen['gaps'][0]['sentence']}",
            "As a picture": seen["file"],
            "Notice": seen["notice"],
        }
    )


def _segments(found: Facts) -> dict[str, str]:
    return {
        f"{layer['kind'].capitalize()}, {segment['name']}": _segment(segment)
        for layer in found["layers"]
        for segment in layer["segments"]
    }


def _segment(segment: Facts) -> str:
    starts, ends, source = segment["starts"], segment["ends"], segment["source"]
    said = f"{source['said'].lower()} ({source['number']})" if source else ""
    return f"{starts['earliest']} to {ends['earliest']}, {segment['state'].lower()}; {said}"


def kept(narrator: Narrator, seen: Facts) -> None:
    worse = [one["key"] for one in seen["worse"]["differences"] if one["compared"] == "WORSE"]
    treatment = seen["treatment"]
    narrator.say(
        "The clinic publishes new terms: one year, and the patient pays the materials. They are for treatments agreed "
        "from now on. This one keeps what it was agreed with, and what was confirmed."
    )
    narrator.facts(
        {
            "In force now": f"version {seen['in_force']['terms']['number']}; worse: {', '.join(worse)}",
            "This treatment": f"version {treatment['terms']['number']}, pinned",
            **_segments(treatment["coverMap"]),
        }
    )
