console.log('hello', process.version, process.execArgv, process.argv.slice(2)); setInterval(()=>{},1000);process.on('SIGINT',()=>{console.log('int');process.exit(0)});
