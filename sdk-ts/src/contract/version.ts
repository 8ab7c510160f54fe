/** Version of the emit contract that this SDK writes into every envelope (CONTRACT_EMIT, versioning). */
export const CONTRACT_VERSION = '1.0.0' as const

/** The literal type of {@link CONTRACT_VERSION}. */
export type ContractVersion = typeof CONTRACT_VERSION
