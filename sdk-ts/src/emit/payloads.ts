import type { ArtifactPayload, LogLevel } from '../contract/events.js'
import { PayloadError } from '../errors.js'
import type { PayloadWriter } from '../wire/frame-encoder.js'
import type { MsgpackWriter } from '../wire/msgpack-writer.js'
import type { ValueEncoder } from '../wire/value-encoder.js'
import type {
  EmitCheckpointOptions,
  EmitEnqueueOptions,
  EmitItemOptions,
  EmitLogOptions,
  EmitRotateProxyOptions,
  EmitRunCompleteOptions,
  EmitRunErrorOptions
} from './api.js'
import { textField } from './channel.js'

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/** An optional field: written when it is not undefined. */
type Field = readonly [name: string, value: unknown, kind: 'text' | 'record' | 'any']

export function item(options: EmitItemOptions): PayloadWriter {
  return (writer, values) => {
    const { item_type, data } = required(options, 'emit.item')
    writer.mapHeader(2)
    textField(writer, 'item_type', item_type)
    writer.string('data')
    values.rootRecord('data', data)
  }
}

/** Binary commit record of an artifact. */
export function artifact(payload: ArtifactPayload): PayloadWriter {
  return (_writer, values) => values.root('artifact', payload)
}

export function checkpoint(options: EmitCheckpointOptions): PayloadWriter {
  return (writer, values) => {
    const { checkpoint_id, note, state } = required(options, 'emit.checkpoint')
    withOptional(writer, values, () => textField(writer, 'checkpoint_id', checkpoint_id), 1, [
      ['note', note, 'text'],
      ['state', state, 'any']
    ])
  }
}

export function enqueue(options: EmitEnqueueOptions): PayloadWriter {
  return (writer, values) => {
    const { target, params, source, category, key } = required(options, 'emit.enqueue')
    const fixed = () => {
      textField(writer, 'target', target)
      writer.string('params')
      values.rootRecord('params', params)
    }
    withOptional(writer, values, fixed, 2, [
      ['source', source, 'text'],
      ['category', category, 'text'],
      ['key', key, 'text']
    ])
  }
}

export function rotateProxy(options?: EmitRotateProxyOptions): PayloadWriter {
  return (writer, values) => withOptional(writer, values, () => {}, 0, [['reason', options?.reason, 'text']])
}

export function log(options: EmitLogOptions): PayloadWriter {
  return (writer, values) => {
    const { level, message, fields } = required(options, 'emit.log')
    if (!LEVELS.includes(level))
      throw new PayloadError('level', `is ${JSON.stringify(level)}, expected one of ${LEVELS.join(', ')}.`)
    const fixed = () => {
      textField(writer, 'level', level)
      writer.string('message')
      writer.string(String(message))
    }
    withOptional(writer, values, fixed, 2, [['fields', fields, 'record']])
  }
}

export function runError(options: EmitRunErrorOptions): PayloadWriter {
  return (writer, values) => {
    const { error_type, message, stack } = required(options, 'emit.runError')
    const fixed = () => {
      textField(writer, 'error_type', error_type)
      writer.string('message')
      writer.string(String(message))
    }
    withOptional(writer, values, fixed, 2, [['stack', stack, 'text']])
  }
}

export function runComplete(options?: EmitRunCompleteOptions): PayloadWriter {
  return (writer, values) => withOptional(writer, values, () => {}, 0, [['summary', options?.summary, 'record']])
}

function withOptional(
  writer: MsgpackWriter,
  values: ValueEncoder,
  fixed: () => void,
  fixedCount: number,
  optional: readonly Field[]
): void {
  const present = optional.filter((field) => field[1] !== undefined)
  writer.mapHeader(fixedCount + present.length)
  fixed()
  for (const [name, value, kind] of present) {
    if (kind === 'text') {
      textField(writer, name, value)
      continue
    }
    writer.string(name)
    if (kind === 'record') values.rootRecord(name, value)
    else values.root(name, value)
  }
}

function required<T extends object>(options: T, call: string): T {
  if (typeof options !== 'object' || options === null) throw new PayloadError(call, 'needs an object with its options.')
  return options
}
