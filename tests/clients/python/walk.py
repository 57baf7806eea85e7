"""The app's half of the story, walked by a client generated from proto/ in another language.

Begins a session, answers a menu and two fields, follows it, leaves, finds it among the open matters, comes back in a race
with itself, and talks. Prints what it sees. Exit code 0: all as promised; 1: something was not.

    python walk.py --generated DIR --address 127.0.0.1:7400 --token JWT --journey fault \
        --choose internet --fill since=2026-11-01 --fill light=red
"""

import argparse
import concurrent.futures
import sys
import time
import uuid

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status


class Broken(Exception):
    """A promise that was not kept."""


def expect(holds: bool, promise: str) -> None:
    if not holds:
        raise Broken(promise)
    print(f"  ok    {promise}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--generated", required=True, help="where generate.py has written")
    parser.add_argument("--address", required=True, help="the daemon's HOST:PORT, without TLS")
    parser.add_argument("--token", required=True, help="a customer's token with the role `app`")
    parser.add_argument("--journey", default="fault", help="which journey to begin")
    parser.add_argument("--choose", default="internet", help="the choice to take at the first menu")
    parser.add_argument("--fill", action="append", default=[], metavar="FIELD=VALUE", help="fields to fill, in order")
    parser.add_argument("--leave", choices=["suspend", "vanish"], default="suspend", help="how to leave: by word, or without one")
    parser.add_argument("--within", type=float, default=60.0, help="seconds to wait for what comes by itself")
    return parser.parse_args()


class Walk:
    """One customer's app."""

    def __init__(self, args: argparse.Namespace) -> None:
        from segue.app.v1 import app_pb2, app_pb2_grpc
        from segue.type.v1 import message_pb2, prompt_pb2, session_pb2

        self.args, self.app, self.prompts = args, app_pb2, prompt_pb2
        self.messages, self.sessions = message_pb2, session_pb2
        self.channel = grpc.insecure_channel(args.address)
        self.stub = app_pb2_grpc.AppServiceStub(self.channel)
        self.session_id = self.leg_id = ""

    def call(self, name: str, request, timeout: float = 10.0):
        return getattr(self.stub, name)(request, timeout=timeout, metadata=self.metadata())

    def metadata(self):
        return [("authorization", f"Bearer {self.args.token}")]

    def ids(self) -> dict:
        return {"request_id": str(uuid.uuid4()), "session_id": self.session_id, "leg_id": self.leg_id}

    def view(self):
        return self.call("GetSession", self.app.GetSessionRequest(session_id=self.session_id)).view

    def watch(self, resume_token: str = ""):
        request = self.app.WatchSessionRequest(session_id=self.session_id, leg_id=self.leg_id, resume_token=resume_token)
        return self.stub.WatchSession(request, timeout=self.args.within, metadata=self.metadata())

    # The walk, in its order.

    def start(self) -> None:
        print("starts")
        request = self.app.StartSessionRequest(request_id=str(uuid.uuid4()), journey=self.args.journey)
        first, again = self.call("StartSession", request), self.call("StartSession", request)
        self.session_id, self.leg_id = first.view.session.session_id, first.leg_id
        expect(again.view.session.session_id == self.session_id and again.leg_id == self.leg_id, "a repeat starts nothing new")
        show(first.view)

    def answer(self) -> None:
        print(f"chooses {self.args.choose}")
        show(self.step(self.prompts.StepInput(choose=self.args.choose)))
        for pair in self.args.fill:
            field, _, value = pair.partition("=")
            print(f"fills {field}")
            view = self.step(self.prompts.StepInput(fill=self.prompts.FieldValue(field_id=field, value=value)))
            show(view)
            form = view.session.prompt.form
            expect(not form.misfit.why, f"{field} fits {form.misfit.why}".rstrip())
            expect(form.current_field != field, "the next field is asked")

    def step(self, given):
        return self.call("Step", self.app.StepRequest(input=given, **self.ids())).view

    def leave(self):
        before = self.view()
        stream = self.watch()
        expect(next(stream).event.WhichOneof("kind") == "snapshot", "a stream begins with how the session stands")
        if self.args.leave == "vanish":
            print("vanishes")
            stream.cancel()
            self.channel.close()
            self.channel = grpc.insecure_channel(self.args.address)
            self.stub = type(self.stub)(self.channel)
            self.until_suspended()
        else:
            print("suspends")
            kinds = [self.sessions.HANDLE_KIND_LINK, self.sessions.HANDLE_KIND_CODE]
            suspended = self.call("SuspendSession", self.app.SuspendSessionRequest(handle_kinds=kinds, **self.ids()))
            expect([handle.kind for handle in suspended.handles] == kinds, "ways back were given: a link and a code")
            views = [response.event.view.view.session for response in stream if response.event.HasField("view")]
            expect(views[-1].standing.HasField("suspended"), "the stream told so, and ended")
        return before

    def until_suspended(self) -> None:
        ends = time.monotonic() + self.args.within
        while not self.view().session.standing.HasField("suspended"):
            if time.monotonic() > ends:
                raise Broken(f"the session is suspended within {self.args.within} s")
            time.sleep(0.1)
        expect(True, "the session is suspended by itself")

    def find(self) -> None:
        print("looks for open matters")
        matters = self.call("ListMatters", self.app.ListMattersRequest(page_size=100)).matters
        mine = [matter for matter in matters if matter.session_id == self.session_id]
        expect(len(mine) == 1 and mine[0].standing.HasField("suspended"), "the matter is among them, suspended")
        print(f"  sees  {mine[0].title!r}, at {mine[0].at_step!r}")

    def race(self, before) -> None:
        print("comes back, twice at once")

        def resume(_):
            request = self.app.ResumeSessionRequest(request_id=str(uuid.uuid4()), session_id=self.session_id)
            try:
                return self.call("ResumeSession", request)
            except grpc.RpcError as error:
                return error

        with concurrent.futures.ThreadPoolExecutor(2) as both:
            results = list(both.map(resume, range(2)))
        won = [one for one in results if not isinstance(one, grpc.RpcError)]
        lost = [reason(one) for one in results if isinstance(one, grpc.RpcError)]
        expect(len(won) == 1 and len(lost) == 1, "exactly one comes in")
        expect(lost[0].reason == "ALREADY_RESUMED", f"the other is told where: {dict(lost[0].metadata)}")
        self.leg_id = won[0].leg_id
        show(won[0].view)
        expect(place(won[0].view) == place(before), "everything is where it was, answers and all")

    def talk(self) -> None:
        print("talks")
        stream = self.watch()
        expect(next(stream).event.WhichOneof("kind") == "snapshot", "the stream is back")
        body = self.messages.MessageBody(text=self.messages.TextBody(text="Is anybody there?"))
        request = self.app.SendMessageRequest(body=body, **self.ids())
        first, again = self.call("SendMessage", request), self.call("SendMessage", request)
        expect(first.sequence == again.sequence, "a repeat says nothing twice")
        token = ""
        for response in stream:
            token = response.event.resume_token
            message = response.event.message
            if message.sequence == first.sequence:
                expect(message.body.text.text == "Is anybody there?", "what was said comes back on the stream")
                break
        stream.cancel()
        stream = self.watch(token)
        snapshot = next(stream).event.snapshot
        expect(snapshot.continued and snapshot.messages_after >= first.sequence, "a new stream goes on after it")
        stream.cancel()

    def refusals(self) -> None:
        print("is refused")
        for promise, wanted, name, request in [
            ("a bad id is named", "INVALID_ARGUMENT", "GetSession", self.app.GetSessionRequest(session_id="x")),
            ("a session of nobody is not there", "NOT_FOUND", "GetSession", self.app.GetSessionRequest(session_id=str(uuid.uuid4()))),
            ("an unknown value is named", "INVALID_ARGUMENT", "CreateHandle", self.app.CreateHandleRequest(kind=99, request_id=str(uuid.uuid4()), session_id=self.session_id)),
        ]:
            try:
                self.call(name, request)
            except grpc.RpcError as error:
                expect(reason(error).reason == wanted, promise)
            else:
                raise Broken(promise)


def reason(error: grpc.RpcError) -> error_details_pb2.ErrorInfo:
    """The `google.rpc.ErrorInfo` of a refusal; an empty one where there is none."""
    info, status = error_details_pb2.ErrorInfo(), rpc_status.from_call(error)
    for detail in status.details if status else []:
        if detail.Unpack(info):
            break
    return info


def place(view) -> tuple:
    """Where a session stands: the step, the field to be filled, and every value."""
    prompt = view.session.prompt
    return prompt.step, prompt.form.current_field, {field.field_id: field.value for field in prompt.form.fields}


def show(view) -> None:
    screen = view.screen
    layout = screen.WhichOneof("layout") or "nothing"
    print(f"  sees  {layout} at {screen.step!r}: {screen.list.title or screen.form.title or screen.card.text}")
    for item in screen.list.items:
        print(f"          [{item.input.choose}] {item.label}")
    for field in screen.form.fields:
        mark = "→" if field.field_id == screen.form.focus else " "
        print(f"        {mark} {field.label} {field.value}")


def main() -> int:
    args = arguments()
    sys.path.insert(0, args.generated)
    walk = Walk(args)
    try:
        walk.start()
        walk.answer()
        before = walk.leave()
        walk.find()
        walk.race(before)
        walk.talk()
        walk.refusals()
        walk.call("EndLeg", walk.app.EndLegRequest(**walk.ids()))
    except Broken as broken:
        print(f"  NOT   {broken}")
        return 1
    except grpc.RpcError as error:
        info = reason(error)
        print(f"  NOT   answered: {error.code().name} {info.reason} {error.details()} {dict(info.metadata)}")
        return 1
    print("all as promised")
    return 0


if __name__ == "__main__":
    sys.exit(main())
