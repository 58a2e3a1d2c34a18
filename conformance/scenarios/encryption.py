"""Keys, and what can be read by others."""

from conformance.content import Tree
from conformance.scenario import scenario
from conformance.scenarios.pair import OLD_TREE, TREE, Pair
from conformance.stage import Refused, Stage, equal, holds, require

USER, PASSWORD = "canary user", "canary password"
KEY = {"user": USER, "password": PASSWORD}

# What is not the same key.
OTHER_KEYS: dict[str, dict[str, str]] = {
    "another user": {**KEY, "user": "Canary user"},
    "another password": {**KEY, "password": "canary Password"},
    "both exchanged": {"user": PASSWORD, "password": USER},
    "no user": {"password": PASSWORD},
    "no key": {},
}

# A name like any other, which means whatever its owner says.
LIKE_LOOPBACK = "127.example.org"

LETTER = "canary content that nobody else should read"
CANARIES: Tree = {
    "canary name.txt": LETTER,
    "canary folder/inner canary.txt": LETTER * 40,
    "canary of many records.txt": LETTER * 5000,
}
SECRETS = (
    "canary content",
    "canary name",
    "canary folder",
    "inner canary",
    "canary user",
    "canary password",
    "backup",
)


@scenario("PS-ENC-01", "PS-ENC-02")
def encrypted_by_default(stage: Stage) -> None:
    """Nothing but the RootPath is configured: a push and a pull work, and neither contents nor names are seen in between."""
    pair = Pair(stage, source=CANARIES, target={})
    pair.listen()

    equal("the run", pair.push().state, "converged")
    holds("the target", pair.at_target(), CANARIES)
    remote = {"host": pair.far.host, "path": pair.target}
    pulled = stage.start("near", source=remote, target={"path": pair.near.at("back")}).wait()
    equal("the pull", pulled.state, "converged")
    holds("what has come back", stage.tree("near", pair.near.at("back")), CANARIES)

    equal("what could be read on the wire", stage.overheard(*SECRETS), [])


@scenario("PS-ENC-02")
def nothing_is_read_of_a_refusal(stage: Stage) -> None:
    """The path of a source that is missing is not seen in between, neither in the question nor in the answer."""
    pair = Pair(stage, target=None)
    pair.listen(**KEY)

    outcome = pair.pull(path=pair.far.at("canary folder that is missing"), **KEY)

    equal("the run", outcome.state, "failed")
    equal("the cause, which only the listener knows", outcome.causes, ("SOURCE_MISSING",))
    equal("what could be read on the wire", stage.overheard(*SECRETS), [])


@scenario("PS-ENC-04", "PS-ENC-02")
def user_password_or_both(stage: Stage) -> None:
    """A user name alone, a password alone and both together are keys; none of them is seen in between."""
    pair = Pair(stage)
    for key in ({"user": USER}, {"password": PASSWORD}, KEY):
        words = " and ".join(key)
        stage.plant("near", pair.source, {"key.txt": words})
        listener = pair.listen(**key)
        equal(f"the run with {words}", pair.push(delete=True, **key).state, "converged")
        holds(f"the target with {words}", pair.at_target(), {**TREE, "key.txt": words})
        listener.stop()

    equal("what could be read on the wire", stage.overheard(*SECRETS), [])


@scenario("PS-ENC-06", "PS-ENC-08", "PS-ERR-01", "PS-ERR-02", "PS-ERR-07")
def keys_differ(stage: Stage) -> None:
    """Whatever the difference: the documented texts, the cause apart from that of a port, and no byte changes."""
    pair = Pair(stage)
    running = pair.listen(**KEY)
    for what, other in OTHER_KEYS.items():
        _are_refused(pair, other, f"with {what} at the client")
    equal("the run with equal keys", pair.push(delete=True, **KEY).state, "converged")
    holds("the target with equal keys", pair.at_target(), TREE)

    running.stop()
    stage.remove("far", pair.target)
    stage.plant("far", pair.target, OLD_TREE)
    pair.listen()
    _are_refused(pair, KEY, "with no key at the listener")


@scenario("PS-ENC-06", "PS-ENC-08", "PS-ERR-07", levels=("S",))
def keys_differ_at_the_listener(stage: Stage) -> None:
    """The same where it is the listener that has another key."""
    pair = Pair(stage)
    for what, other in OTHER_KEYS.items():
        running = pair.listen(**other)
        _are_refused(pair, KEY, f"with {what} at the listener")
        running.stop()
    pair.listen(**KEY)

    equal("the run with equal keys", pair.push(delete=True, **KEY).state, "converged")
    holds("the target with equal keys", pair.at_target(), TREE)


def _are_refused(pair: Pair, key: dict[str, str], where: str) -> None:
    outcome = pair.push(delete=True, **key)
    equal(f"the messages {where}", outcome.messages, pair.texts())
    require(
        outcome.causes and set(outcome.causes) <= {"KEY_MISMATCH", "MODE_MISMATCH"},
        f"the cause {where} is {outcome.causes}",
    )
    holds(f"the target {where}", pair.at_target(), OLD_TREE)


@scenario("PS-ENC-10")
def nothing_is_learnt_before_the_key(stage: Stage) -> None:
    """Who has another key is told the same of a folder that is there, one that is not, and one beside the RootPath."""
    pair = Pair(stage)
    stage.plant("far", pair.far.at("root"), {})
    pair.listen(root_path=pair.far.at("root"), **KEY)
    paths = (pair.far.at("root"), pair.far.at("root", "missing"), pair.target)
    outcomes = {path["path"]: pair.pull(path=path, user="somebody else") for path in paths}

    told = {path: (outcome.state, outcome.causes) for path, outcome in outcomes.items()}
    require(len(set(told.values())) == 1, f"the answers differ: {told}")
    for path in paths:
        texts = pair.texts("source", path=path)
        equal(f"the messages of {path['path']}", outcomes[path["path"]].messages, texts)

    equal("the run with the key", pair.pull(path=paths[0], delete=True, **KEY).state, "converged")
    holds("the folder of the client with the key", pair.at_source(), {})


@scenario("PS-ENC-07")
def switched_off_on_both_sides(stage: Stage) -> None:
    """Both sides say that nothing is encrypted: the job works, and can be read."""
    pair = Pair(stage, source=CANARIES, target={})
    pair.listen(encryption=False)

    equal("the run", pair.push(encryption=False, delete=True).state, "converged")

    holds("the target", pair.at_target(), CANARIES)
    require(stage.overheard("canary content"), "it was encrypted")


@scenario("PS-ENC-07")
def switched_off_at_the_client_only(stage: Stage) -> None:
    """A client without encryption is refused by a listener that has it: nothing is moved, and one that has it is not."""
    pair = Pair(stage)
    pair.listen()

    outcome = pair.push(encryption=False)

    equal("the messages", outcome.messages, pair.texts())
    holds("the target", pair.at_target(), OLD_TREE)
    equal("what could be read on the wire", stage.overheard("changed.txt", "new content"), [])
    equal("the run of a client that has it", pair.push(delete=True).state, "converged")
    holds("the target after it", pair.at_target(), TREE)


@scenario("PS-ENC-07")
def switched_off_at_the_listener_only(stage: Stage) -> None:
    """A listener without encryption is refused by a client that has it: nothing is moved, and one without it is not."""
    pair = Pair(stage)
    pair.listen(encryption=False)

    outcome = pair.push()

    equal("the messages", outcome.messages, pair.texts())
    holds("the target", pair.at_target(), OLD_TREE)
    equal("what could be read on the wire", stage.overheard("changed.txt", "new content"), [])
    equal("the run of a client without it", pair.push(encryption=False, delete=True).state, "converged")
    holds("the target after it", pair.at_target(), TREE)


@scenario("PS-ENC-09", "PS-ENC-01")
def listener_without_a_key_warns(stage: Stage) -> None:
    """Others may reach a listener without a key of its operator's, who accepts that: it serves them, and warns of it."""
    pair = Pair(stage)
    keyed = pair.listen(exposed=True, **KEY)
    keyed.stop()

    listener = pair.listen(exposed=True, unauthenticated=True)

    require(set(listener.warnings) - set(keyed.warnings), "it said nothing of it")
    equal("the run", pair.push(port=listener.port, delete=True).state, "converged")
    holds("the target", pair.at_target(), TREE)


@scenario("PS-ENC-09")
def listener_without_a_key_is_no_accident(stage: Stage) -> None:
    """Where nobody has accepted that others reach it without a key, a listener does not start, or warns of it."""
    pair = Pair(stage)
    try:
        listener = pair.listen(exposed=True)
    except Refused as refused:
        equal("the refusal", refused.code, "NETWORK_UNAUTHENTICATED")
    else:
        require(listener.warnings, "it started, and said nothing of it")


@scenario("PS-ENC-09", levels=("S",))
def client_without_a_key_goes_nowhere_by_accident(stage: Stage) -> None:
    """A name only begins like an address of this machine, and leads to another one: nobody goes there by accident without a key."""
    pair = Pair(stage)
    pair.listen(exposed=True, unauthenticated=True)
    stage.name(LIKE_LOOPBACK, "far")
    try:
        client = pair.start_push(host=LIKE_LOOPBACK, unauthenticated=False)
    except Refused as refused:
        equal("the refusal", refused.code, "NETWORK_UNAUTHENTICATED")
        equal("whom it dialled", stage.dialled(), [])
        holds("the target", pair.at_target(), OLD_TREE)
    else:
        require(client.wait().warnings, "it went there, and said nothing of it")
