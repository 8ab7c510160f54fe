/** The Quarry SDK: what a script imports. @module */
export * from './batch/batcher.js'
export * from './batch/storage-batcher.js'
export type { QuarryContext, QuarryScript, ResumePoint, RunMeta } from './context.js'
export type * from './contract/events.js'
export type * from './contract/ids.js'
export { Limits } from './contract/limits.js'
export { CONTRACT_VERSION, type ContractVersion } from './contract/version.js'
export {
  defineScript,
  JobInvalidError,
  type SchemaIssue,
  type SchemaResult,
  type ScriptSchemas,
  type StandardSchema
} from './define-script.js'
export type * from './emit/api.js'
export * from './errors.js'
export type * from './hooks.js'
export type * from './memory/api.js'
export type * from './polite/api.js'
export type * from './proxy/types.js'
export * from './proxy/validate.js'
export type * from './storage/api.js'
export { buildStorageKey } from './storage/storage-key.js'
