/**
 * Runs a failing function that nobody awaits, as a handler of an event would be, and gives its error: the stack then ends
 * in the function, with no test runner behind it.
 */
export function errorFrom(run: () => Promise<unknown>): Promise<Error> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      run().then(() => reject(new Error('It did not fail')), resolve)
    })
  })
}
