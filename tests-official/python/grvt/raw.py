"""One way of calling both raw classes, and orders that lack nothing."""

import inspect
import time

import pysdk.grvt_raw_types as types
from pysdk.grvt_raw_base import GrvtError
from pysdk.grvt_raw_signing import sign_order
from stage import soon_async
from world import BTC


class Api:
    """Both raw classes by one way of calling; it knows what was called."""

    def __init__(self, sdk):
        self.sdk, self.called = sdk, set()
        self.sub_account = sdk.config.trading_account_id

    async def __call__(self, method, **fields):
        """An answer; a refusal fails."""
        answer = await self.said(method, **fields)
        assert not isinstance(answer, GrvtError), (method, answer)
        return answer

    async def own(self, method, **fields):
        """An answer to a call for the trading account."""
        return await self(method, sub_account_id=self.sub_account, **fields)

    async def said(self, method, **fields):
        self.called.add(method)
        call = getattr(self.sdk, method + "_v1")
        (request,) = inspect.signature(call).parameters.values()
        answer = call(request.annotation(**fields))
        return await answer if inspect.isawaitable(answer) else answer

    async def instruments(self):
        return {it.instrument: it for it in (await self("get_all_instruments", is_active=True)).result}

    async def signed(self, client, side, size, price, **more):
        """An order that lacks nothing. `price` is `None` for one that takes what there is."""
        signing = {"expiration": str(time.time_ns() + 3600 * 10**9), "nonce": client % 2**32, **more.pop("signing", {})}
        order = types.Order(
            sub_account_id=self.sub_account,
            time_in_force=more.pop("time_in_force", types.TimeInForce.GOOD_TILL_TIME),
            legs=[types.OrderLeg(more.pop("instrument", BTC), size, side == "buy", price or "0")],
            signature=types.Signature(signer="", r="", s="", v=0, **signing),
            metadata=types.OrderMetadata(client_order_id=str(client)),
            is_market=price is None,
            **more,
        )
        return sign_order(order, self.sdk.config, self.sdk.account, await self.instruments())

    async def create(self, *order, **more):
        return (await self("create_order", order=await self.signed(*order, **more))).result

    async def order(self, client, *wanted):
        """An order, once it stands as wanted."""

        async def stands():
            answer = await self.said("get_order", sub_account_id=self.sub_account, client_order_id=str(client))
            done = not isinstance(answer, GrvtError) and answer.result.state.status.value in wanted
            return answer.result if done else None

        return await soon_async(stands)
