// graphql-codegen with its client preset, without the command line, whose packages ask for a newer node than we do.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { preset } from '@graphql-codegen/client-preset'
import { codegen } from '@graphql-codegen/core'
import { buildSchema, parse } from 'graphql'

const sdl = readFileSync('schema.graphql', 'utf8')
const documents = readdirSync('documents').map((name) => {
  const rawSDL = readFileSync(`documents/${name}`, 'utf8')
  return { location: name, rawSDL, document: parse(rawSDL) }
})
const sections = await preset.buildGeneratesSection({
  baseOutputDir: 'generated/',
  schema: parse(sdl),
  schemaAst: buildSchema(sdl),
  documents,
  config: {
    importExtension: '.js',
    scalars: { Date: 'string', DateTime: 'string', ID: 'string', JSON: 'unknown' },
    strictScalars: true,
    useTypeImports: true,
  },
  presetConfig: { fragmentMasking: false, persistedDocuments: { hashAlgorithm: 'sha256' } },
  plugins: [],
  pluginMap: {},
})
mkdirSync('generated')
for (const section of sections) writeFileSync(section.filename, await codegen(section))
