// Runs `codegen/program.ts` once it is compiled.
import { run } from './codegen/out/program.js'

const say = (what, told = null) => console.log(JSON.stringify({ what, told }))
await run(...process.argv.slice(2), say)
say('done')
