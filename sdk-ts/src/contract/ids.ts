/** Identifies one run. A retry is a new run with an id of its own. */
export type RunId = string & { readonly __brand: 'RunId' }

/** Identifies one event of a run. */
export type EventId = string & { readonly __brand: 'EventId' }

/** Identifies the job that a run works on; stable over retries. */
export type JobId = string & { readonly __brand: 'JobId' }

/** Identifies one artifact of a run. */
export type ArtifactId = string & { readonly __brand: 'ArtifactId' }

/** Identifies one checkpoint; chosen by the script. */
export type CheckpointId = string & { readonly __brand: 'CheckpointId' }
