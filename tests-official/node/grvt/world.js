// The simulated GRVT as its own JavaScript client is pointed at it: one `mm-bot venue` process on loopback, accounts
// that are logged in, and orders signed by ethers.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import grvt from '@grvt/client'
import { WS } from '@grvt/client/ws/index.js'
import { Signature, Wallet, parseUnits } from 'ethers'
import { WebSocket } from 'ws'

const { MDG, TDG } = grvt
const SOON_MS = 5_000
const START_WITHIN_MS = 30_000
const PROGRAM = process.env.MM_BOT_PROGRAM ?? path.resolve(import.meta.dirname, '../../../target/debug/mm-bot')

export const BTC = 'BTC_USDT_Perp'
export const ETH = 'ETH_USDT_Perp'
/** The first client id of those that are meant for programs. */
export const CLIENT = 2n ** 63n

// The client takes the browser's socket, which cannot show a cookie; this one takes its options where protocols go.
globalThis.WebSocket = WebSocket

export class World {
  /** A simulated world of one seed while `story` lasts; it must end in order. */
  static async of (seed, story) {
    const world = new World(seed)
    try {
      await world.started()
      await story(world)
    } finally {
      await world.end()
    }
  }

  constructor (seed) {
    this.folder = mkdtempSync(path.join(tmpdir(), 'mm-bot-official-'))
    this.endpointsPath = path.join(this.folder, 'endpoints.json')
    this.logPath = path.join(this.folder, 'venue.log')
    const log = openSync(this.logPath, 'w')
    const options = ['--venues', 'grvt', '--seed', `${seed}`, '--no-rate-limits']
    const told = ['--endpoints-file', this.endpointsPath]
    this.process = spawn(PROGRAM, ['venue', ...options, ...told], { stdio: ['ignore', log, log] })
    this.over = once(this.process, 'exit')
    this.sockets = []
  }

  async started () {
    const begun = Date.now()
    while (!existsSync(this.endpointsPath)) {
      const late = START_WITHIN_MS < Date.now() - begun
      assert(!late && this.process.exitCode === null, `mm-bot venue did not come up:\n${this.log()}`)
      await sleep(20)
    }
    this.endpoints = JSON.parse(readFileSync(this.endpointsPath, 'utf8'))
    assert.equal(this.endpoints.version, 1)
    this.venue = this.endpoints.venues.grvt
    this.mdg = new MDG({ host: this.venue.market_data })
  }

  async end () {
    for (const socket of this.sockets) {
      socket.disconnect()
    }
    this.process.kill('SIGTERM')
    const [code] = await this.over
    const log = this.log()
    rmSync(this.folder, { recursive: true })
    assert.equal(code, 0, `mm-bot venue ended with ${code} after SIGTERM:\n${log}`)
  }

  log () {
    return readFileSync(this.logPath, 'utf8')
  }

  keys (name) {
    return this.venue.accounts.find((it) => it.name === name)
  }

  /** Somebody who is logged in by API key. */
  async trader (name) {
    const trader = new Trader(this, this.keys(name))
    await trader.login()
    return trader
  }

  /** A socket of the client; `trader`'s, or anybody's. */
  socket (trader) {
    const url = (trader ? this.venue.ws_trades : this.venue.ws_market_data) + '/ws'
    const socket = new WS({ url, protocols: { headers: trader?.headers ?? {} }, timeout: SOON_MS }).connect()
    this.sockets.push(socket)
    return socket
  }

  async control (to, body) {
    const { url, token } = this.endpoints.control
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
    const asked = body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) }
    const answer = await fetch(url + to, asked)
    assert(answer.ok, `${to}: ${answer.status}`)
    const text = await answer.text()
    return text === '' ? null : JSON.parse(text)
  }

  async crowd (market, what) {
    await this.control('/crowd', { venue: 'grvt', market, do: what })
  }

  /** Bob's order, past the wire. */
  async counter (side, price, size) {
    await this.control('/orders', { venue: 'grvt', account: 'bob', market: BTC, side, price, size })
  }

  /** What the simulator itself holds to be true of an account. */
  async truth (name) {
    return (await this.control('/state')).venues.grvt[name]
  }

  /** Stops BTC's crowd when a price lies free inside its spread, and returns its best bid and ask in tenths. */
  async roomInside () {
    return soon(async () => {
      await this.crowd(BTC, 'pause')
      const { bids, asks } = (await this.mdg.orderBook({ instrument: BTC, depth: 10 })).result
      const [bid, ask] = [bids[0], asks[0]].map((it) => parseUnits(it.price, 1))
      return bid + 1n < ask ? { bid, ask } : this.crowd(BTC, 'resume')
    })
  }

  /** What is answered to the same call in the other encoding, which needs no translation. */
  async full (name, body, headers = {}) {
    const answer = await fetch(`${this.venue.trades}/full/v1/${name}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body)
    })
    return answer.json()
  }
}

class Trader {
  constructor (world, keys) {
    this.world = world
    this.keys = keys
    this.account = keys.sub_account_id
    this.wallet = new Wallet(keys.private_key)
    this.tdg = new TDG({ host: world.venue.trades })
    this.headers = {}
  }

  /** The client leaves cookies to the browser: here they are put in its place. */
  async login () {
    await this.loggedIn('api_key', { api_key: this.keys.api_key })
  }

  async loginByWallet () {
    const message = { signer: this.wallet.address, nonce: 7, expiration: inNanoseconds(60) }
    const fields = { signer: 'address', nonce: 'uint32', expiration: 'int64' }
    const signature = await this.signed({ WalletLogin: typed(fields) }, message)
    await this.loggedIn('wallet', { address: this.wallet.address, signature })
  }

  async loggedIn (how, body) {
    const answer = await fetch(`${this.world.venue.edge}/auth/${how}/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Cookie: 'rm=true;' },
      body: JSON.stringify(body)
    })
    const told = await answer.json()
    assert.deepEqual([answer.status, told.status], [200, 'success'], JSON.stringify(told))
    const cookie = answer.headers.get('set-cookie').split(';')[0]
    this.headers = { Cookie: cookie, 'X-Grvt-Account-Id': answer.headers.get('x-grvt-account-id') }
    Object.assign(this.tdg.axios.defaults.headers.common, this.headers)
  }

  /** The client for another version of the interface, with the same session. */
  client (version) {
    const client = new TDG({ host: this.world.venue.trades, version })
    Object.assign(client.axios.defaults.headers.common, this.headers)
    return client
  }

  /** An order that lacks nothing. `price` is in tenths, or null for one that takes what there is. */
  async order (client, side, size, price, more = {}) {
    const book = await this.world.mdg.instrument({ instrument: BTC })
    const limitPrice = price === null ? null : tenths(price)
    const order = {
      sub_account_id: this.account,
      is_market: price === null,
      time_in_force: 'GOOD_TILL_TIME',
      post_only: false,
      reduce_only: false,
      legs: [{ instrument: BTC, size, limit_price: limitPrice, is_buying_asset: side === 'buy' }],
      metadata: { client_order_id: `${client}` },
      ...more
    }
    const leg = { assetID: 'uint256', contractSize: 'uint64', limitPrice: 'uint64', isBuyingContract: 'bool' }
    const fields = {
      subAccountID: 'uint64',
      isMarket: 'bool',
      timeInForce: 'uint8',
      postOnly: 'bool',
      reduceOnly: 'bool',
      legs: 'OrderLeg[]',
      nonce: 'uint32',
      expiration: 'int64'
    }
    const numbers = { GOOD_TILL_TIME: 1, ALL_OR_NONE: 2, IMMEDIATE_OR_CANCEL: 3, FILL_OR_KILL: 4 }
    order.signature = await this.signed({ Order: typed(fields), OrderLeg: typed(leg) }, {
      subAccountID: this.account,
      isMarket: order.is_market,
      timeInForce: numbers[order.time_in_force],
      postOnly: order.post_only,
      reduceOnly: order.reduce_only,
      legs: [{
        assetID: book.result.instrument_hash,
        contractSize: parseUnits(size, book.result.base_decimals),
        limitPrice: price === null ? 0n : price * 10n ** 8n,
        isBuyingContract: side === 'buy'
      }],
      nonce: Number(client % 2n ** 32n),
      expiration: inNanoseconds(3600)
    })
    return order
  }

  async signed (types, message) {
    const domain = { name: 'GRVT Exchange', version: '0', chainId: this.world.venue.chain_id }
    const { r, s, v } = Signature.from(await this.wallet.signTypedData(domain, types, message))
    const { nonce, expiration } = message
    return { signer: this.wallet.address, r, s, v, nonce, expiration: `${expiration}` }
  }

  /** Sends an order and waits until it stands as wanted. */
  async sent (wanted, ...order) {
    const payload = await this.order(...order)
    const ack = (await this.tdg.createOrder({ order: payload })).result
    assert.deepEqual([ack.order_id, ack.state.status], ['0x00', 'PENDING'])
    return this.known(payload.metadata.client_order_id, wanted)
  }

  /** An order once it stands as wanted. */
  async known (client, wanted) {
    const asked = { sub_account_id: this.account, client_order_id: `${client}` }
    return soon(async () => {
      const answer = await this.tdg.order(asked).catch(() => null)
      return answer?.result.state.status === wanted && answer.result
    })
  }

  /** An answer in short names, translated by the client, which must be the answer in full names. */
  async same (method, name, payload = {}) {
    const lite = await (Object.keys(payload).length === 0 ? this.tdg[method]() : this.tdg[method](payload))
    assert.deepEqual(lite, await this.world.full(name, payload, this.headers), name)
    return lite
  }
}

/** Asks again until there is an answer. */
export async function soon (answer) {
  const begun = Date.now()
  while (Date.now() - begun < SOON_MS) {
    const found = await answer()
    if (found) {
      return found
    }
    await sleep(50)
  }
  assert.fail(`not within ${SOON_MS} ms: ${answer}`)
}

/** A price in tenths as text. */
export function tenths (price) {
  return `${price / 10n}.${price % 10n}`
}

function typed (fields) {
  return Object.entries(fields).map(([name, type]) => ({ name, type }))
}

function inNanoseconds (seconds) {
  return (BigInt(Date.now()) + BigInt(seconds) * 1000n) * 10n ** 6n
}
