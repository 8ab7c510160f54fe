/** What a script gets for `@quarry/sdk`: the executor's own copy, so that error classes are the same on both sides. */
export * from '@quarry/sdk'
