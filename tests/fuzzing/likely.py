"""Puts values into generated documents that get further than noise does, or that software stumbles over."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from graphql import (
    REMOVE,
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FloatValueNode,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    NameNode,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    Visitor,
    ast_from_value,
    get_nullable_type,
    is_required_argument,
    parse,
    visit,
)

DAYS = ("2026-03-03", "2026-03-19", "2026-03-21", "2026-03", "2026", "unknown", "2031-02-03")
ODD_DAYS = ("0001-01-01", "9999-12-31", "0000-01-01", "10000-01-01", "2026-02-30", "-0001-01-01", "0001", "9999", "")
ODD_WORDS = (
    *(
        "",
        " ",
        "\n",
        "\x00",
        "a\x00b",
        "\ud800",
        "😀" * 30,
        "\u202e\u2028",
        "İ",
        "١٢",
        "%s {0} {name}",
        "'; --",
        "null",
    ),
    *(
        "9" * 400,
        "1e400",
        "NaN",
        "-1",
        "P99999999999Y",
        "P9999Y",
        "P0D",
        "P-1Y",
        "x" * 300,
        "é" * 20_000,
        "../..",
        "A=",
    ),
)
ODD_INTEGERS = (0, -1, 1, 2**31 - 1, -(2**31), 366 * 9999, 10**6)
ODD_NUMBERS = ("0", "-0.0", "1e308", "-1e308", "1e400", "5e-324", "0.1", "1e22")
WORDS: Mapping[str, Sequence[str]] = {
    "adapters": ("email",),
    "anchor": ("definitive_cementation", "surgery", "transfer"),
    "asOf": DAYS[:3],
    "city": ("Pécs",),
    "contentType": ("image/jpeg", "application/pdf", "image/heic"),
    "country": ("HU", "FR", "TR"),
    "covers": ("fracture", "loss_of_retention"),
    "exclusions": ("bruxism",),
    "key": ("crown", "pain_nrs", "fillings", "visual_acuity"),
    "kind": ("materials", "travel"),
    "language": ("fr", "en", "hu"),
    "languages": ("fr", "en", "hu"),
    "locale": ("fr", "en", "fr-CH", "zz"),
    "name": ("definitive_cementation", "Kata"),
    "noticeAddress": ("a@clinic.example",),
    "number": ("1",),
    "on": DAYS,
    "period": ("P3Y", "P6M", "P10D"),
    "procedure": ("crown", "implant", "phacoemulsification", "embryo_transfer", "rhinoplasty"),
    "reference": ("P-one",),
    "referencePeriod": ("P1Y",),
    "sha256": ("0" * 64,),
    "signs": ("facial_swelling_fever",),
    "site": ("14", "24", "right_eye", "left_eye", "11-13"),
    "sites": ("14", "24", "right_eye", "left_eye", "11-13"),
    "specialty": ("dental", "ivf", "surgery"),
    "starts": ("definitive_cementation",),
    "subject": ("patient-one", "rep-new"),
    "timeZone": ("Europe/Paris", "Asia/Kathmandu"),
}


ONE_OF = frozenset({"FactValueInput", "MeasuredValueInput"})
"""Inputs with exactly one field, which schemathesis does not know of."""


@dataclass(kw_only=True)
class Likely:
    """`ids` by type; `valid` gives what a valid request of a mutation sends, beside its idempotency key."""

    schema: GraphQLSchema
    ids: Mapping[str, Sequence[str]]
    valid: Callable[[str], Mapping[str, Any]]

    def rewritten(self, document: DocumentNode, random: Random) -> DocumentNode:
        seen = TypeInfo(self.schema)
        changed: DocumentNode = visit(document, TypeInfoVisitor(seen, _Rewriting(self, seen, random)))
        return changed

    def input(self, mutation: str, given: ValueNode, type_: Any, random: Random) -> ValueNode:
        """Mostly a valid request in which some fields are something else."""
        if not isinstance(given, ObjectValueNode):
            return given
        fields = {field.name.value: field.value for field in given.fields}
        good: dict[str, Any] = {}
        if random.random() < 0.9:
            fields = {name: value for name, value in fields.items() if random.random() < 0.2}
            good = {name: ast_from_value(told, type_.fields[name].type) for name, told in self.valid(mutation).items()}
        made = {name: self.value(value, type_.fields[name].type, name, random) for name, value in fields.items()}
        if random.random() < 0.95:
            made["idempotencyKey"] = StringValueNode(value=f"{random.getrandbits(80):x}")
        return _object(good | made)

    def value(self, node: ValueNode, type_: Any, name: str, random: Random, noise: float = 0.2) -> ValueNode:
        """`noise`: how often it is something generated or odd, in place of something that fits the name."""
        type_ = get_nullable_type(type_)
        if isinstance(node, ListValueNode) and isinstance(type_, GraphQLList):
            values = [self.value(item, type_.of_type, name, random, noise) for item in node.values[:4]]
            return ListValueNode(values=tuple(values))
        if isinstance(node, ObjectValueNode) and isinstance(type_, GraphQLInputObjectType):
            fields = node.fields if type_.name not in ONE_OF else (random.choice(node.fields or (None,)),)
            known = {field.name.value: field.value for field in fields if field}
            return _object(
                {key: self.value(item, type_.fields[key].type, key, random, noise) for key, item in known.items()}
            )
        return self._leaf(node, getattr(type_, "name", ""), name, random, noise)

    def _leaf(self, node: ValueNode, kind: str, name: str, random: Random, noise: float) -> ValueNode:
        luck = random.random()
        if luck < noise / 2:
            return node
        odd = luck < noise
        if kind == "Int":
            return IntValueNode(value=str(random.choice(ODD_INTEGERS) if odd else random.randint(1, 5)))
        if kind == "Float":
            return FloatValueNode(value=random.choice(ODD_NUMBERS) if odd else str(random.randint(0, 10)))
        if kind == "ID":
            return StringValueNode(value=random.choice(ODD_WORDS) if odd else self._id(name, random))
        if kind == "Date":
            return StringValueNode(value=random.choice(ODD_DAYS if odd else DAYS))
        if kind == "String":
            return StringValueNode(value=random.choice(ODD_WORDS + ODD_DAYS if odd else _words(name)))
        return node

    def _id(self, name: str, random: Random) -> str:
        """One of the type that the name speaks of, mostly."""
        spoken = [kind for kind in self.ids if name.lower().startswith(kind.lower())]
        kinds = spoken if spoken and random.random() < 0.8 else sorted(self.ids)
        return random.choice(self.ids[random.choice(kinds)])


class _Rewriting(Visitor):
    def __init__(self, likely: Likely, seen: TypeInfo, random: Random) -> None:
        super().__init__()
        self.likely = likely
        self.seen = seen
        self.random = random
        self.root = ""

    def enter_field(self, node: FieldNode, *_: Any) -> FieldNode | None:
        parent, schema = self.seen.get_parent_type(), self.likely.schema
        if parent in (schema.query_type, schema.mutation_type):
            self.root = node.name.value
        if parent is not schema.mutation_type or node.selection_set is None:
            return None
        selected = SelectionSetNode(selections=(*TELLING, *node.selection_set.selections))
        return FieldNode(name=node.name, alias=node.alias, arguments=node.arguments, selection_set=selected)

    def enter_argument(self, node: ArgumentNode, *_: Any) -> Any:
        argument, name = self.seen.get_argument(), node.name.value
        parent, schema = self.seen.get_parent_type(), self.likely.schema
        if argument is None:
            return None
        if parent is schema.mutation_type:
            value = self.likely.input(self.root, node.value, get_nullable_type(argument.type), self.random)
            return ArgumentNode(name=node.name, value=value)
        if not is_required_argument(argument) and self.random.random() < 0.5:
            return REMOVE
        # One bad argument anywhere takes the whole answer away.
        noise = 0.2 if parent is schema.query_type else 0.03
        about = self.root if name == "id" else name
        value = self.likely.value(node.value, argument.type, about, self.random, noise)
        return ArgumentNode(name=node.name, value=value)


def _told_by_results() -> tuple[SelectionNode, ...]:
    asked = parse("{ __typename ... on Refusal { code } }").definitions[0]
    assert isinstance(asked, OperationDefinitionNode)
    return tuple(asked.selection_set.selections)


TELLING = _told_by_results()
"""What every result of a mutation is asked for."""


def _words(name: str) -> Sequence[str]:
    return WORDS.get(name) or (DAYS if name.endswith(("On", "At")) else ("said",))


def _object(fields: Mapping[str, Any]) -> ObjectValueNode:
    made = [ObjectFieldNode(name=NameNode(value=name), value=value) for name, value in fields.items()]
    return ObjectValueNode(fields=tuple(made))
